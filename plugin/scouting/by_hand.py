"""Letters a person carries: compiled by us, copied into BizReach, LinkedIn or Wantedly, marked sent, answered there.

The same rules as by mail (R1, R5): taking a letter to copy is what marking is for a mail. In that transaction everything
is asked again, the text is kept as it is shown, and the letter counts as leaving; afterwards the person says whether it
was sent. What is never said becomes a task.
"""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes
from email.policy import default

from sqlmodel import Session, col, select

from plugin.alignment.commitment import lock
from plugin.connections import policy_of
from plugin.database import NO_KEY_UPDATE, now_of
from plugin.events import record
from plugin.i18n import phrases
from plugin.identity import Identity, identity_of
from plugin.rows import Batch, Connection, Mail, Profile, Requisition, Scout
from plugin.scouting import disclosure, letters, post
from plugin.scouting.cutting import Cut, cut, limit_of
from plugin.scouting.media import BY_HAND, MAIL, handle_of, reach_of
from plugin.scouting.sending import has_room, what_passes, why_not
from plugin.scouting.settling import finish_batch
from plugin.scouting.suppression import is_suppressed
from plugin.sealing import Erased
from plugin.tasks import close_task, open_task
from plugin.work.context import Work

TELL_AFTER = timedelta(days=1)
"""How long a letter may be taken and nothing said of it before it is a task."""


class CannotTake(Exception):
    """A letter may not be carried now. `text(locale)` says why and what to do."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def text(self, locale: str) -> str:
        _ = phrases(locale)
        texts = {
            "not_drafted": _(
                "This letter has been released or left out; recall the batch before you change its medium."
            ),
            "not_released": _("This letter waits for its batch: release the batch first."),
            "not_there": _("It is not known how to find this person there. Their record needs it first."),
            "not_by_hand": _("This letter goes by mail."),
            "not_taken": _("Nobody has taken this letter to copy it."),
            "gone": _("This person is no longer in the store."),
            "suppressed": _("This person asked not to be written to."),
            "test_run": _("This connection is in a test run: every letter goes to one address, none by hand."),
            "may_not": _("This letter may not leave any more; its page says why."),
            "paused": _("The position or the connection is paused. Resume it first."),
            "under_review": _(
                "This manager's earlier promises were kept too rarely. The owner of the account looks at it first,"
                " on the page of kept promises."
            ),
            "full": _("The manager's next weeks are full: another promise now could not be kept. Try again later."),
            "recall": _("The batch can still be recalled; take the letter when that time is over."),
        }
        return texts[self.code]


def choose(session: Session, work: Work, scout: Scout, medium: str, by: str) -> None:
    """Let a letter that waits for release take another medium, or (`mail`) the usual one. Does not commit.

    Raises `CannotTake` for one that has been released, and where nobody knows how to find the person.
    """
    if medium != MAIL and medium not in BY_HAND:
        raise ValueError(f"{medium!r} is no medium; choose one of {', '.join((MAIL, *BY_HAND))}")
    session.refresh(scout, with_for_update=NO_KEY_UPDATE)
    if scout.state != "drafted":
        raise CannotTake("not_drafted")
    person = _person(session, work, scout)
    if not (person.email if medium == MAIL else handle_of(person, medium)):
        raise CannotTake("not_there")
    scout.medium = medium
    session.add(scout)
    record(session, scout.employer_id, "scout", scout.key, "medium_chosen", actor=by, medium=medium)


def shown(session: Session, work: Work, scout: Scout, medium: str = "") -> Cut:
    """The letter as it will be copied. Changes nothing. Raises `LetterRefused` (`cutting.TooLong` where it can't fit)."""
    medium = medium or scout.medium
    reach = reach_of(_person(session, work, scout), medium)
    parts = letters.parts_of(session, work.vault, work.settings, scout, reach=reach)
    found = cut(parts, medium, limit_of(work.settings, medium))
    requisition = session.get_one(Requisition, scout.requisition_id)
    secrets = disclosure.view_of(session, requisition, scout).secrets
    disclosure.refuse_leaks({"subject": found.letter.subject, "text": found.letter.text}, secrets)
    return found


def take(session: Session, work: Work, scout_id: int, by: str) -> Scout:
    """Mark a letter as leaving, its text fixed as it stands now; the state tells whether it may (R1, R5). Does not commit.

    A second call finds it taken. Raises `CannotTake` for what a person can mend, `LetterRefused` for a letter that
    can't be written.
    """
    found = session.get_one(Scout, scout_id)
    lock(session, found.requisition_id)  # decisions, undo and leaving happen one by one, by whatever medium
    scout = session.get_one(Scout, scout_id, populate_existing=True, with_for_update=NO_KEY_UPDATE)
    if scout.medium == MAIL:
        raise CannotTake("not_by_hand")
    if scout.state == "sending":
        return scout
    if scout.state != "queued":
        raise CannotTake("not_released" if scout.state == "drafted" else "may_not")
    connection = session.get_one(Connection, scout.connection_id, populate_existing=True)
    batch = session.get_one(Batch, scout.batch_id, populate_existing=True)
    if policy_of(connection).test_address:
        raise CannotTake("test_run")
    if batch.recall_until is not None and now_of(session) < batch.recall_until:
        raise CannotTake("recall")
    requisition = session.get_one(Requisition, scout.requisition_id)
    waits = what_passes(session, requisition, connection, batch)
    if waits:
        raise CannotTake(waits)
    person = _person(session, work, scout)
    reach = reach_of(person, scout.medium)
    why = ("excluded", "suppressed") if _said_stop(session, work, connection, reach) else why_not(session, work, scout)
    if why:
        scout.state, scout.reason = why
        session.add(scout)
        session.flush()
        record(session, scout.employer_id, "scout", scout.key, scout.state, actor=by, because=scout.reason)
        finish_batch(session, batch)
        return scout
    if not has_room(session, requisition, scout):
        raise CannotTake("full")
    mail = _keep(session, work, connection, scout, person, reach, shown(session, work, scout))
    if batch.state == "released":
        batch.state = "sending"
        session.add(batch)
    record(session, scout.employer_id, "scout", scout.key, "taken", actor=by, medium=scout.medium)
    open_task(
        session,
        employer_id=scout.employer_id,
        connection_id=scout.connection_id,
        kind="by_hand",
        name=_task_name(mail),
        owner_id=_owner(by),
        requisition_id=scout.requisition_id,
        subject="scout",
        subject_id=scout.key,
        due=now_of(session) + TELL_AFTER,
    )
    return scout


def text_of(session: Session, work: Work, scout: Scout) -> tuple[str, str]:
    """Subject and text of a letter that was taken, as they were fixed then. Raises `CannotTake` before, or once erased."""
    mail = session.get(Mail, scout.mail_id) if scout.mail_id is not None else None
    if mail is None or mail.sealed is None:
        raise CannotTake("not_taken")
    try:
        message = message_from_bytes(post.raw_of(session, work.vault, mail), policy=default)
    except Erased:
        raise CannotTake("gone") from None
    body = message.get_body(("plain",))
    return str(message["Subject"]), body.get_content() if body is not None else ""


def sent(session: Session, scout_id: int, by: str) -> Scout:
    """Record that a letter was sent by hand: from here on everything is as after a mail. Twice is once. Does not commit."""
    scout, mail = _taken(session, scout_id)
    if scout.state == "sent":
        return scout
    now = now_of(session)
    mail.state, mail.accepted_at, mail.answer = "sent", now, f"by hand: {scout.medium}"
    scout.state, scout.sent_at, scout.reason = "sent", now, ""
    session.add_all((mail, scout))
    session.flush()
    record(
        session,
        scout.employer_id,
        "scout",
        scout.key,
        "sent",
        actor=by,
        commitment=scout.commitment_id,
        mail=mail.key,
        how="by_hand",
        medium=scout.medium,
    )
    close_task(session, scout.employer_id, "by_hand", _task_name(mail), by=by)
    finish_batch(session, session.get_one(Batch, scout.batch_id))
    return scout


def not_sent(session: Session, scout_id: int, by: str) -> Scout:
    """Record that a letter taken was not sent after all: it waits again, and everything will be asked anew."""
    scout, mail = _taken(session, scout_id)
    if scout.state != "sending":
        raise CannotTake("not_taken")
    close_task(session, scout.employer_id, "by_hand", _task_name(mail), by=by)
    mail.state, mail.answer = "queued", "given back"
    scout.state = "queued"
    session.add_all((mail, scout))
    session.flush()
    record(session, scout.employer_id, "scout", scout.key, "given_back", actor=by, medium=scout.medium)
    return scout


def _keep(
    session: Session, work: Work, connection: Connection, scout: Scout, person: Identity, reach: str, found: Cut
) -> Mail:
    """The letter as it was copied, kept like a mail's: what answers quote is known, and what was promised stands."""
    policy, now = policy_of(connection), now_of(session)
    mail = session.get(Mail, scout.mail_id, with_for_update=NO_KEY_UPDATE) if scout.mail_id is not None else None
    message_id = mail.message_id if mail is not None else post.message_id_of(scout.reply_token, policy)
    own = policy.from_address or "by-hand@invalid.example"
    raw = post.build(
        policy.model_copy(update={"from_address": own}),
        message_id=message_id,
        to=person.email or own,
        subject=found.letter.subject,
        text=found.letter.text,
        now=now,
        headers={"X-Kakuyaku-Medium": scout.medium},
    ).as_bytes()
    if mail is None:
        mail = Mail(
            employer_id=scout.employer_id,
            connection_id=scout.connection_id,
            kind="scout",
            name=post.mail_name(connection, f"scout:{scout.key}"),
            message_id=message_id,
            person=scout.profile_id,
            sealed_to=b"",
            scout_id=scout.key,
            created_at=now,
        )
    mail.to_hash = work.vault.hash_email(scout.employer_id, reach)
    mail.sealed_to = work.vault.seal_for(session, scout.employer_id, mail.person, {"to": reach, "from": ""})
    mail.sealed = work.vault.seal_for(session, scout.employer_id, mail.person, raw.decode("ascii"))
    mail.language, mail.commitment_id, mail.answer = scout.language, scout.commitment_id, ""
    mail.state, mail.attempts, mail.attempted_at = "sending", mail.attempts + 1, now
    session.add(mail)
    session.flush()
    scout.state, scout.mail_id, scout.reason = "sending", mail.key, "by_hand"
    session.add(scout)
    return mail


def _taken(session: Session, scout_id: int) -> tuple[Scout, Mail]:
    scout = session.get_one(Scout, scout_id, populate_existing=True, with_for_update=NO_KEY_UPDATE)
    mail = session.get(Mail, scout.mail_id, with_for_update=NO_KEY_UPDATE) if scout.mail_id is not None else None
    if scout.medium == MAIL or mail is None or scout.state not in ("sending", "sent"):
        raise CannotTake("not_taken")
    return scout, mail


def _said_stop(session: Session, work: Work, connection: Connection, reach: str) -> bool:
    sender = policy_of(connection).from_address
    return is_suppressed(session, work.vault, employer_id=connection.employer_id, address=reach, sender=sender)


def _person(session: Session, work: Work, scout: Scout) -> Identity:
    profile = session.exec(
        select(Profile).where(
            col(Profile.employer_id) == scout.employer_id, col(Profile.profile_id) == scout.profile_id
        )
    ).first()
    try:
        if profile is not None:
            return identity_of(session, work.vault, profile)
    except Erased:
        pass  # as good as absent
    raise CannotTake("gone")


def _task_name(mail: Mail) -> str:
    """Each taking is a task of its own: a letter may be given back and taken again."""
    return f"{mail.key}:{mail.attempts}"


def _owner(by: str) -> int | None:
    kind, _colon, id = by.partition(":")
    return int(id) if kind == "staff" and id.isdigit() else None
