"""After a broken promise: a draft with new dates that waits for a person. Nothing here sends itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.i18n import say_date
from plugin.pipeline.answers import candidate_letter, candidate_of
from plugin.pipeline.calendar import next_business_days
from plugin.pipeline.owners import done_with
from plugin.pipeline.wording import Letter, interviewer_words
from plugin.rows import Commitment, Connection, Entry, Promise, Scout
from plugin.scouting.disclosure import refuse_leaks, unsaid_to
from plugin.scouting.handwriting import refuse_added
from plugin.scouting.post import come_back, post
from plugin.scouting.suppression import is_suppressed
from plugin.sealing import Vault


class CannotApologise(Exception):
    """No apology can be written to this person. The message says why."""


def new_dates(session: Session, connection: Connection, promise: Promise, count: int = 2) -> list[date]:
    """The next business days in the promise's zone, from tomorrow on."""
    today = now_of(session).astimezone(ZoneInfo(promise.zone)).date()
    return next_business_days(today, count, policy_of(connection).closures)


def draft_apology(
    session: Session, vault: Vault, connection: Connection, promise: Promise, dates: Sequence[date] = ()
) -> Letter:
    """The apology as it would read, in the candidate's language, with new dates (the next business days if none given).

    Raises `CannotApologise` for a promise that isn't broken or a person erased meanwhile.
    """
    if promise.state != "broken":
        raise CannotApologise("this promise isn't broken; there is nothing to apologise for")
    entry, scout, commitment = _rows(session, promise)
    identity = candidate_of(session, vault, entry)
    if identity is None:
        raise CannotApologise("this person's data has been erased; nobody can be written to")
    days = list(dates) or new_dates(session, connection, promise)
    return candidate_letter(
        session,
        connection,
        entry,
        promise,
        identity,
        "apology",
        scout.language,
        interviewer=interviewer_words(commitment, scout.language),
        dates="\n".join(f"・{say_date(day, scout.language)}" for day in days),
    )


def send_apology(
    session: Session, vault: Vault, connection: Connection, promise: Promise, text: Letter, *, by: str
) -> int | None:
    """Send the apology a person has read and changed as they saw fit; once. Returns the mail's id.

    Raises `CannotApologise` for somebody erased or who said stop, `LetterRefused` when what was added to the draft
    sounds like another promise, or when the text names an employer this person may not be told of yet.
    """
    if promise.state != "broken":
        raise CannotApologise("this promise isn't broken; there is nothing to apologise for")
    entry, scout, _ = _rows(session, promise)
    identity = candidate_of(session, vault, entry)
    if identity is None or not identity.email:
        raise CannotApologise("this person's data has been erased; nobody can be written to")
    sender = policy_of(connection).from_address
    if is_suppressed(session, vault, employer_id=entry.employer_id, address=identity.email, sender=sender):
        raise CannotApologise("this person asked not to be written to")
    drafted = draft_apology(session, vault, connection, promise)
    refuse_added(f"{drafted.subject}\n\n{drafted.text}", f"{text.subject}\n\n{text.text}")
    refuse_leaks({"subject": text.subject, "text": text.text}, unsaid_to(session, connection, entry.profile_id))
    mail_id = post(
        session,
        vault,
        connection=connection,
        kind="apology",
        name=f"apology:{promise.key}",
        to=identity.email,
        to_name=identity.name,
        subject=text.subject,
        text=text.text,
        language=scout.language,
        person=entry.profile_id,
        commitment_id=promise.commitment_id,
        reply_to=come_back(sender, scout.reply_token),
        automatic=False,  # a person has read it and sends it
    )
    done_with(session, promise.employer_id, "apology", "promise", promise.key, by=by)
    if mail_id is not None:
        record(session, promise.employer_id, "promise", promise.key, "apologised", actor=by, mail=mail_id)
    return mail_id


def _rows(session: Session, promise: Promise) -> tuple[Entry, Scout, Commitment]:
    entry = session.exec(select(Entry).where(col(Entry.scout_id) == promise.scout_id)).one()
    return entry, session.get_one(Scout, promise.scout_id), session.get_one(Commitment, promise.commitment_id)
