"""What the hiring manager hears by mail: the request, fresh links, receipts, what could not be read.

Each function queues one mail (twice is once, by its name) and returns its id, or None when there is nobody to write to
or it was queued before. Links that act go to the manager's own address and nowhere else (R2).
"""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, col, select

from plugin.alignment.links import acting_url, new_link, show_url
from plugin.alignment.terms import say_duration, say_line, say_terms, terms_of
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.i18n import phrases, say_date, say_time
from plugin.pipeline.revocation import StillBound
from plugin.rows import Calibration, Commitment, Connection, Mail, Requisition, Staff
from plugin.scouting.post import post
from plugin.sealing import Vault
from plugin.tasks import open_task
from plugin.work.context import Work


def locale_of(staff: Staff | None, connection: Connection) -> str:
    """The language a colleague reads: their own, else the connection's."""
    return (staff.locale if staff else None) or policy_of(connection).locale


def nudge(
    session: Session,
    work: Work,
    connection: Connection,
    requisition: Requisition,
    calibration: Calibration,
    manager: Staff,
    *,
    shown: int,
    reachable: int,
    kept: bool = False,
) -> int | None:
    """Ask the manager for five minutes: the shortlist is there. `kept`: an earlier edit still stands in the ATS."""
    locale = locale_of(manager, connection)
    _ = phrases(locale)
    # The link is made whether or not the mail turns out to be new: one that is never sent acts for nobody.
    token = new_link(session, connection=connection, staff=manager, purpose="decide", subject_id=calibration.key)
    policy = policy_of(connection)
    paragraphs = [
        _("The shortlist for “%(title)s” is ready: %(shown)s people, %(reachable)s of whom we may write to.",
          title=requisition.title, shown=shown, reachable=reachable),
        _("Please look at them and say where your line is. We propose: %(line)s.",
          line=say_line(calibration.proposed_line, policy.inclusive, locale)),
        _("See the evidence and decide here. The link is for you alone and serves one decision:"),
        acting_url(work.settings, token),
    ]  # fmt: skip
    if requisition.url and not (requisition.confidential and not policy.confidential_posts):
        paragraphs.append(_("Or decide in the ATS: %(url)s", url=requisition.url))
    if kept:
        paragraphs.append(
            _(
                "The decision fields in the ATS still show an edit you made for an earlier shortlist. We left it as it"
                " is, and it commits you to nothing here. Please decide by the link above."
            )
        )
    return _send(
        session,
        work,
        connection,
        manager,
        kind="nudge",
        name=f"nudge:{calibration.key}:{manager.key}",
        requisition=requisition,
        subject=_("Shortlist for “%(title)s”: where is your line?", title=requisition.title),
        paragraphs=paragraphs,
    )


def acting_link(
    session: Session,
    work: Work,
    connection: Connection,
    requisition: Requisition,
    calibration: Calibration,
    manager: Staff,
) -> int | None:
    """Mail a fresh acting link because somebody pressed the button on the page that only shows."""
    _ = phrases(locale_of(manager, connection))
    token = new_link(session, connection=connection, staff=manager, purpose="decide", subject_id=calibration.key)
    return _send(
        session,
        work,
        connection,
        manager,
        kind="acting_link",
        name=f"decide:{calibration.key}:{manager.key}:{now_of(session).isoformat()}",
        requisition=requisition,
        subject=_("Your link to decide on “%(title)s”", title=requisition.title),
        paragraphs=[
            _("Somebody, probably you, asked for this link on the page of “%(title)s”.", title=requisition.title),
            acting_url(work.settings, token),
            _("It is for you alone and serves one decision. If you did not ask for it, do nothing."),
        ],
    )


def confirmation(
    session: Session,
    work: Work,
    connection: Connection,
    requisition: Requisition,
    manager: Staff,
    commitment: Commitment,
) -> int | None:
    """Ask the manager to confirm an edit somebody made in the ATS: until then it commits nobody."""
    locale = locale_of(manager, connection)
    _ = phrases(locale)
    token = new_link(session, connection=connection, staff=manager, purpose="confirm", subject_id=commitment.key)
    return _send(
        session,
        work,
        connection,
        manager,
        kind="acting_link",
        name=f"confirm:{commitment.key}",
        requisition=requisition,
        commitment=commitment,
        subject=_("Please confirm your commitment for “%(title)s”", title=requisition.title),
        paragraphs=[
            _(
                "An approval was entered in the ATS for “%(title)s”. The ATS does not tell us who entered it, so it"
                " takes effect only when you confirm it.",
                title=requisition.title,
            ),
            _listed(commitment, locale),
            _("Confirm here. The link opens a page that shows the terms; its button confirms:"),
            acting_url(work.settings, token),
            _("If you did not decide this, do nothing: no letter will carry the promise."),
        ],
    )


def receipt(
    session: Session,
    work: Work,
    connection: Connection,
    requisition: Requisition,
    manager: Staff,
    commitment: Commitment,
) -> int | None:
    """Confirm what the manager committed to, when it takes effect, and how to undo it at any time."""
    locale = locale_of(manager, connection)
    _ = phrases(locale)
    if not manager.email:
        return None
    token = new_link(session, connection=connection, staff=manager, purpose="undo", subject_id=commitment.key)
    if commitment.state == "grace":
        effect = _(
            "This was entered in the ATS. It takes effect %(time)s after this mail has arrived, unless you undo it.",
            time=say_duration(policy_of(connection).grace_seconds, locale),
        )
    else:
        effect = _(
            "It has been in force since %(time)s.",
            time=say_time(commitment.in_force_at or now_of(session), commitment.zone, locale),
        )
    return _send(
        session,
        work,
        connection,
        manager,
        kind="receipt",
        name=f"receipt:{commitment.key}:{commitment.state}",
        requisition=requisition,
        commitment=commitment,
        subject=_("Receipt: your commitment for “%(title)s”", title=requisition.title),
        paragraphs=[
            _("This is what you committed to for “%(title)s”:", title=requisition.title),
            _listed(commitment, locale),
            effect,
            _("Undo it at any time. Letters that have left still bind, the others stop:"),
            acting_url(work.settings, token),
            _("The shortlist: %(url)s", url=_page(session, work, commitment)),
        ],
    )


def revoked(
    session: Session, vault: Vault, requisition: Requisition, commitment: Commitment, bound: StillBound
) -> None:
    """Tell manager and recruiter that the commitment was taken back, and to whom the word still holds."""
    connection = session.get_one(Connection, requisition.connection_id)
    told = [session.get(Staff, id) for id in (commitment.manager_id, requisition.recruiter_id) if id is not None]
    for staff in {one.key: one for one in told if one is not None and one.active and one.email}.values():
        locale = locale_of(staff, connection)
        _ = phrases(locale)
        post(
            session,
            vault,
            connection=connection,
            kind="receipt_of_undo",
            name=f"revoked:{commitment.key}:{staff.key}",
            to=staff.email,
            to_name=staff.name,
            subject=_("Taken back: the commitment for “%(title)s”, and who is still owed", title=requisition.title),
            text="\n\n".join(
                [
                    _(
                        "The commitment for “%(title)s” was taken back. No further letter carries it.",
                        title=requisition.title,
                    ),
                    *still_bound_said(bound, locale),
                    _("Whoever can't keep them names a colleague who does, on the page of the promise."),
                ]
            )
            + "\n",
            language=locale,
            staff_id=staff.key,
            commitment_id=commitment.key,
        )


def still_bound_said(bound: StillBound, locale: str) -> list[str]:
    """What still holds, a sentence each."""
    _ = phrases(locale)
    said = []
    if bound.promises:
        days = (_(", ")).join(say_date(promise.due_date, locale) for promise in bound.promises)
        said.append(
            _(
                "Said yes and owed a meeting: %(count)s, due %(days)s.",
                count=len(bound.promises),
                days=days,
            )
        )
    if bound.letters:
        said.append(
            _(
                "Letters that have left without an answer yet: %(count)s. Whoever says yes by %(until)s is owed a meeting too.",
                count=bound.letters,
                until=say_date(bound.until, locale),
            )
        )
    return said


def unreadable(
    session: Session,
    work: Work,
    connection: Connection,
    requisition: Requisition,
    calibration: Calibration,
    manager: Staff,
    *,
    key: str,
    problems: list[str],
) -> int | None:
    """Tell the manager what in the decision fields could not be read; nothing was committed, nothing was changed."""
    _ = phrases(locale_of(manager, connection))
    token = new_link(session, connection=connection, staff=manager, purpose="decide", subject_id=calibration.key)
    return _send(
        session,
        work,
        connection,
        manager,
        kind="nudge",
        name=f"unreadable:{calibration.key}:{key}",
        requisition=requisition,
        subject=_("Your decision on “%(title)s” could not be read", title=requisition.title),
        paragraphs=[
            "\n".join(f"- {problem}" for problem in problems),
            _("Nothing has been committed, and the fields in the ATS were left as they are. Please correct them there,"
              " or decide by this link, which is for you alone:"),
            acting_url(work.settings, token),
        ],
    )  # fmt: skip


def earlier_shortlist(
    session: Session,
    work: Work,
    connection: Connection,
    requisition: Requisition,
    calibration: Calibration,
    manager: Staff,
    *,
    key: str,
) -> int | None:
    """Tell the manager that an edit belonged to an earlier shortlist: kept as it stands, committing nobody."""
    _ = phrases(locale_of(manager, connection))
    token = new_link(session, connection=connection, staff=manager, purpose="decide", subject_id=calibration.key)
    return _send(
        session,
        work,
        connection,
        manager,
        kind="nudge",
        name=f"earlier:{calibration.key}:{key}",
        requisition=requisition,
        subject=_("“%(title)s” has a newer shortlist than the one you decided on", title=requisition.title),
        paragraphs=[
            _("While you were deciding in the ATS, the description or your criteria changed, so there is a newer"
              " shortlist. Your edit was left in the ATS as it is and commits you to nothing."),
            _("See the newer shortlist and decide here. The link is for you alone and serves one decision:"),
            acting_url(work.settings, token),
        ],
    )  # fmt: skip


def asked_lately(session: Session, calibration: Calibration, since: timedelta) -> bool:
    """Say whether a fresh link was mailed within `since`: a page that anybody can open must not flood a mailbox."""
    return (
        session.exec(
            select(Mail.id).where(
                col(Mail.employer_id) == calibration.employer_id,
                col(Mail.kind) == "acting_link",
                col(Mail.name).like(f"{calibration.employer_id}:decide:{calibration.key}:%"),
                col(Mail.created_at) > now_of(session) - since,
            )
        ).first()
        is not None
    )


def _listed(commitment: Commitment, locale: str) -> str:
    return "\n".join(f"- {label}: {value}" for label, value in say_terms(terms_of(commitment), locale))


def _page(session: Session, work: Work, commitment: Commitment) -> str:
    return show_url(work.settings, work.vault, session.get_one(Calibration, commitment.calibration_id))


def _send(
    session: Session,
    work: Work,
    connection: Connection,
    staff: Staff,
    *,
    kind: str,
    name: str,
    requisition: Requisition,
    subject: str,
    paragraphs: list[str],
    commitment: Commitment | None = None,
) -> int | None:
    policy = policy_of(connection)
    if not staff.email or not policy.from_address:
        open_task(
            session,
            employer_id=connection.employer_id,
            connection_id=connection.key,
            kind="mail_impossible",
            name=f"{connection.key}:{'sender' if not policy.from_address else f'staff:{staff.key}'}",
            owner_id=requisition.recruiter_id,
            requisition_id=requisition.key,
            subject="staff",
            subject_id=staff.key,
            facts={"why": "no_sender_address" if not policy.from_address else "manager_without_address"},
        )
        return None
    return post(
        session,
        work.vault,
        connection=connection,
        kind=kind,
        name=name,
        to=staff.email,
        to_name=staff.name,
        subject=subject,
        text="\n\n".join(paragraphs) + "\n",
        language=locale_of(staff, connection),
        staff_id=staff.key,
        commitment_id=commitment.key if commitment is not None else None,
        requisition=requisition,
    )
