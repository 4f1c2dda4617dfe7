"""Closing a yes that can't go on: a polite letter, drafted here and released by a person, and the entry closed with it.

Nothing here sends itself, and nobody is rejected by a rule (R9). While a promise is owed there is no farewell (R3).
"""

from __future__ import annotations

from sqlmodel import Session

from plugin.connections import policy_of
from plugin.pipeline.answers import candidate_letter, candidate_of
from plugin.pipeline.holding import close_entry, promise_of
from plugin.pipeline.ledger import OPEN
from plugin.pipeline.wording import Letter
from plugin.rows import Connection, Entry, Requisition, Scout
from plugin.scouting.candidate_links import page_here
from plugin.scouting.disclosure import leaks, unsaid_to
from plugin.scouting.post import come_back, post
from plugin.scouting.scan import promises_in
from plugin.scouting.suppression import is_suppressed
from plugin.sealing import Vault


class CannotClose(ValueError):
    """This entry can't be closed with a letter. The message says why and what to do."""


def draft_farewell(session: Session, vault: Vault, entry: Entry) -> Letter:
    """The closing letter as it would read, in the candidate's language. Raises `CannotClose`."""
    if entry.state not in ("holding", "deciding"):
        raise CannotClose("only an entry that waits for a person can be closed here")
    if session.get_one(Requisition, entry.requisition_id).status != "closed":
        raise CannotClose("the requisition is not closed; the letter would not be true")
    promise = promise_of(session, entry)
    if promise is not None and promise.state in OPEN:
        raise CannotClose("a promise is still owed to this person: keep it, or record that they waived it")
    identity = candidate_of(session, vault, entry)
    if identity is None or not identity.email:
        raise CannotClose("this person's data has been erased; nobody can be written to")
    connection = session.get_one(Connection, entry.connection_id)
    sender = policy_of(connection).from_address
    if is_suppressed(session, vault, employer_id=entry.employer_id, address=identity.email, sender=sender):
        raise CannotClose("this person asked not to be written to")
    scout = session.get_one(Scout, entry.scout_id)
    link = page_here(session, vault, scout, identity.email)
    return candidate_letter(session, connection, entry, None, identity, "closing_closed", scout.language, page=link)


def draft_or_none(session: Session, vault: Vault, entry: Entry) -> Letter | None:
    """The draft, or None where no such letter would be right."""
    try:
        return draft_farewell(session, vault, entry)
    except CannotClose:
        return None


def send_farewell(session: Session, vault: Vault, entry: Entry, text: Letter, *, by: str) -> int | None:
    """Send the closing letter as a person released it, and close the entry; once. Does not commit.

    Raises `CannotClose` where no farewell is right, for words that sound like a promise or name an employer too early.
    """
    draft_farewell(session, vault, entry)
    if not text.subject.strip() or not text.text.strip():
        raise CannotClose("the letter needs a subject and a text")
    if promises_in(f"{text.subject}\n{text.text}"):
        raise CannotClose("the text sounds like a promise; only the hiring manager's commitment promises anything")
    identity = candidate_of(session, vault, entry)
    if identity is None:
        raise CannotClose("this person's data has been erased; nobody can be written to")
    connection = session.get_one(Connection, entry.connection_id)
    # Asked before the entry is closed: a letter held back would leave them unanswered.
    if leaks({"subject": text.subject, "text": text.text}, unsaid_to(session, connection, entry.profile_id)):
        raise CannotClose("the text names an employer this person may not be told of yet; take the name out")
    scout = session.get_one(Scout, entry.scout_id)
    mail_id = post(
        session,
        vault,
        connection=connection,
        kind="closing",
        name=f"closing:{entry.key}",
        to=identity.email,
        to_name=identity.name,
        subject=text.subject,
        text=text.text,
        language=scout.language,
        person=entry.profile_id,
        reply_to=come_back(policy_of(connection).from_address, scout.reply_token),
        automatic=False,  # a person has read it and sends it
    )
    close_entry(session, entry, by=by, because="closing letter")
    entry.because = "closed_with_letter"
    session.add(entry)
    return mail_id
