"""Every mail of one letter as its reader will see it, before anything leaves: the letter, its follow-up, the receipts.

Nothing is stored: the rows a receipt would rest on are made up for as long as it takes to write it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.identity import identity_of
from plugin.pipeline.answers import candidate_letter
from plugin.pipeline.calendar import due_date
from plugin.rows import Commitment, Connection, Entry, Profile, Promise, Requisition, Scout
from plugin.scouting import letters, optout, post
from plugin.scouting.compiler import COMMITTED, FIRST, FOLLOW_UP, STANDARD
from plugin.scouting.legal import LetterRefused
from plugin.scouting.voices import VOICES
from plugin.sealing import Erased, Vault
from plugin.settings import Settings

RECEIPTS = ("receipt_promised", "receipt_late", "receipt_plain", "holding_draft", "holding_closed")


@dataclass(frozen=True, slots=True)
class Shown:
    """One mail: `headers` in the order of a mail program, words in both forms."""

    which: str
    headers: Mapping[str, str]
    text: str
    html: str

    @property
    def subject(self) -> str:
        return self.headers["Subject"]


def mails_of(session: Session, scout: Scout) -> list[str]:
    """Which mails this letter can lead to, in the order they would be sent."""
    promised = scout.commitment_id is not None and (scout.arm == COMMITTED or scout.experiment_id is not None)
    policy = policy_of(session.get_one(Connection, scout.connection_id))
    status = session.get_one(Requisition, scout.requisition_id).status
    found = [FIRST]
    if policy.follow_up_after_days:
        found.append(FOLLOW_UP)
    found += ["receipt_promised"] if promised else ["receipt_plain"]
    found += ["receipt_late"] if scout.arm == COMMITTED else []
    return [*found, *([f"holding_{status}"] if status in ("draft", "closed") else [])]


def shown(session: Session, vault: Vault, settings: Settings, scout: Scout, which: str) -> Shown:
    """One mail as it will be seen; personal links stand as “…”. Raises `LetterRefused` as its sending would.

    Raises ValueError for a mail there is none of.
    """
    if which in (FIRST, FOLLOW_UP):
        letter = letters.preview(session, vault, settings, scout, occasion=which)
        return Shown(
            which, _headers(session, settings, scout, letter.subject, scout_mail=True), letter.text, letter.html
        )
    if which in RECEIPTS:
        return _receipt(session, vault, settings, scout, which)
    raise ValueError(f"there is no mail {which!r}")


def as_if(
    session: Session, scout: Scout, *, language: str = "", second: str | None = None, voice: str = "", arm: str = ""
) -> Scout:
    """A copy of a scout's row, never stored, with another language, voice or arm.

    Raises ValueError for what there is no letter of, and for a promise where no commitment stands behind the row.
    """
    copy = Scout(**scout.model_dump())
    if language:
        if language not in ("ja", "en"):
            raise ValueError("a letter is written in ja or en")
        copy.language, copy.second_language = language, ""
    if second is not None:
        copy.second_language = second
    if voice:
        if voice not in VOICES:
            raise ValueError(f"a voice is one of {', '.join(VOICES)}")
        copy.voice = voice
    if arm:
        if arm not in (COMMITTED, STANDARD):
            raise ValueError("an arm is committed or standard")
        if arm == COMMITTED and (copy.commitment_id is None or session.get(Commitment, copy.commitment_id) is None):
            raise ValueError("no commitment stands behind this letter, so there is nothing to promise")
        copy.arm = arm
    return copy


def _headers(session: Session, settings: Settings, scout: Scout, subject: str, *, scout_mail: bool) -> dict[str, str]:
    policy = policy_of(session.get_one(Connection, scout.connection_id))
    name = letters.from_name_of(session, scout) if scout_mail else policy.from_name
    mailbox = policy.from_address
    values = {
        "From": f"{name} <{mailbox}>" if mailbox else "",
        "Subject": subject,
        "Reply-To": post.come_back(mailbox, letters.SHOWN_TOKEN) if mailbox else "",
    }
    if scout_mail and mailbox:
        values["List-Unsubscribe"] = f"<{optout.unsubscribe_url(settings, letters.SHOWN_TOKEN)}>"
    return values


def _receipt(session: Session, vault: Vault, settings: Settings, scout: Scout, which: str) -> Shown:
    connection = session.get_one(Connection, scout.connection_id)
    profile = session.exec(
        select(Profile).where(
            col(Profile.employer_id) == scout.employer_id, col(Profile.profile_id) == scout.profile_id
        )
    ).first()
    if profile is None:
        raise LetterRefused("nothing_to_say")
    try:
        person = identity_of(session, vault, profile)
    except Erased:
        raise LetterRefused("nothing_to_say") from None
    entry = Entry(
        employer_id=scout.employer_id,
        created_at=now_of(session),
        connection_id=scout.connection_id,
        requisition_id=scout.requisition_id,
        scout_id=scout.key,
        profile_id=scout.profile_id,
        kind=policy_of(connection).entry_kind,
    )
    promise = _promise(session, connection, scout) if which == "receipt_promised" else None
    page = f"{settings.public_url}/c/{letters.SHOWN_TOKEN}"
    texts = [
        candidate_letter(session, connection, entry, promise, person, which, language, page=page)
        for language in letters.languages_of(scout)
    ]
    subject = " / ".join(text.subject for text in texts)
    text = "\n".join(text.text for text in texts)
    headers = _headers(session, settings, scout, subject, scout_mail=False)
    return Shown(which, headers, text, post.as_html(text))


def _promise(session: Session, connection: Connection, scout: Scout) -> Promise:
    """The promise a yes would make if it came now."""
    commitment = session.get(Commitment, scout.commitment_id) if scout.commitment_id is not None else None
    if commitment is None:
        raise LetterRefused("promise_missing")
    now = now_of(session)
    due = due_date(now, commitment.days, commitment.zone, policy_of(connection).closures)
    return Promise(
        employer_id=scout.employer_id,
        created_at=now,
        connection_id=scout.connection_id,
        requisition_id=scout.requisition_id,
        scout_id=scout.key,
        commitment_id=commitment.key,
        manager_id=commitment.manager_id,
        received_at=now,
        day_zero=due.day_zero,
        due_date=due.date,
        due_at=due.due_at,
        zone=commitment.zone,
        computed={"days": commitment.days, "skipped": [[day.isoformat(), name] for day, name in due.skipped]},
    )
