"""What people may ask for about their data: to see it, have it put right, used no more, or erased (個人情報保護法 33–35条).

The mailed link says whose data it is; for seeing and erasing, a mail to the address we know asks once more, so that a
forwarded letter gives nothing away. Suspending and a correction need no second mail: neither shows nor loses anything.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.corrections import suspend
from plugin.database import now_of
from plugin.events import record
from plugin.identity import Identity
from plugin.pipeline.addressing import salutation, signature
from plugin.pipeline.calendar import due_date
from plugin.pipeline.owners import done_with, owner_id
from plugin.pipeline.wording import letter
from plugin.rows import Connection, DataRequest, Profile, Requisition, Scout
from plugin.scouting.candidate_links import page_here
from plugin.scouting.candidate_view import names
from plugin.scouting.disclosure import view_of
from plugin.scouting.post import come_back, post
from plugin.scouting.suppression import silence
from plugin.sealing import Vault, token_digest
from plugin.tasks import open_task
from plugin.work.jobs import INTERACTIVE, owe

KINDS = ("disclosure", "correction", "suspension", "erasure")
CONFIRMED = ("disclosure", "erasure")
"""Kinds that a mail to the known address asks about once more."""
CONFIRM_WITHIN = timedelta(days=7)
MOST_WORDS = 2000


class CannotAsk(Exception):
    """This can't be asked for like this. `code`: erased, no_words, ended."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def ask(
    session: Session, vault: Vault, scout: Scout, profile: Profile, identity: Identity, kind: str, words: str = ""
) -> DataRequest:
    """Take a request made on a candidate's page. One that is open already is not opened twice. Does not commit.

    Raises `CannotAsk` for a correction that doesn't say what is wrong, ValueError for an unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f"{kind!r} can't be asked for; it is one of {', '.join(KINDS)}")
    if kind == "correction" and not words.strip():
        raise CannotAsk("no_words")
    # One request of a person at a time: the second press finds the first.
    session.exec(select(Profile).where(col(Profile.id) == profile.key).with_for_update(key_share=True)).one()
    now = now_of(session)
    asked = session.exec(
        select(DataRequest).where(
            col(DataRequest.employer_id) == scout.employer_id,
            col(DataRequest.profile_id) == scout.profile_id,
            col(DataRequest.kind) == kind,
            col(DataRequest.state).in_(["confirming", "open"]),
        )
    ).all()
    if kind == "correction":  # another mistake is another request; the same one pressed twice is not
        there = next((row for row in asked if _words(session, vault, row) == words.strip()[:MOST_WORDS]), None)
    else:
        there = next(iter(asked), None)
    if there is not None:
        if there.state == "open" or (there.confirm_until is not None and now <= there.confirm_until):
            return there
        there.state = "lapsed"
        session.add(there)
    connection = session.get_one(Connection, scout.connection_id)
    request = DataRequest(
        employer_id=scout.employer_id,
        connection_id=scout.connection_id,
        scout_id=scout.key,
        profile_id=scout.profile_id,
        person_hash=profile.email_hash,
        kind=kind,
        state="confirming" if kind in CONFIRMED else "open",
        sealed_words=vault.seal_for(session, scout.employer_id, scout.profile_id, words.strip()[:MOST_WORDS])
        if words.strip()
        else None,
        asked_at=now,
        created_at=now,
    )
    session.add(request)
    session.flush()
    record(session, scout.employer_id, "data_request", request.key, "asked", actor="candidate", kind=kind)
    if kind in CONFIRMED:
        _ask_to_confirm(session, vault, connection, scout, identity, request)
        return request
    if kind == "suspension":
        _suspend(session, vault, scout, profile)
        finish(session, request, by="candidate")
        return request
    _take_up(session, connection, scout, request)
    return request


def confirm(session: Session, vault: Vault, scout: Scout, token: str) -> DataRequest:
    """It was them: the request stands, with its deadline; an erasure begins at once. Twice is once. Does not commit.

    Raises `CannotAsk` for a link that isn't this scout's, or too old.
    """
    request = look_at(session, scout, token)
    session.refresh(request, with_for_update={"key_share": True})
    if request.state != "confirming":
        return request
    if request.confirm_until is None or now_of(session) > request.confirm_until:
        raise CannotAsk("ended")
    request.state = "open"
    record(session, request.employer_id, "data_request", request.key, "confirmed", actor="candidate", kind=request.kind)
    _take_up(session, session.get_one(Connection, request.connection_id), scout, request)
    if request.kind == "erasure":
        owe(
            session,
            "erase_person",
            str(request.key),
            employer_id=request.employer_id,
            connection_id=request.connection_id,
            payload={"request_id": request.key},
            lane=INTERACTIVE,
        )
    return request


def look_at(session: Session, scout: Scout, token: str) -> DataRequest:
    """The request a confirming link belongs to. Changes nothing. Raises `CannotAsk`."""
    request = session.exec(
        select(DataRequest).where(
            col(DataRequest.confirm_digest) == token_digest(token), col(DataRequest.scout_id) == scout.key
        )
    ).first()
    if request is None:
        raise CannotAsk("ended")
    return request


def finish(session: Session, request: DataRequest, *, by: str) -> None:
    """The request has been met: close it and its task. Twice is once."""
    if request.state == "done":
        return
    request.state, request.done_at, request.done_by = "done", now_of(session), by
    session.add(request)
    done_with(session, request.employer_id, "data_request", "data_request", request.key, by=by)
    record(session, request.employer_id, "data_request", request.key, "done", actor=by, kind=request.kind)


def _words(session: Session, vault: Vault, request: DataRequest) -> str:
    if request.sealed_words is None:
        return ""
    return str(vault.open_for(session, request.employer_id, request.profile_id, request.sealed_words))


def _suspend(session: Session, vault: Vault, scout: Scout, profile: Profile) -> None:
    """利用停止: neither ranked nor written to from now on; what is kept stays as it is."""
    suspend(session, vault, scout.employer_id, profile.profile_id)
    silence(session, vault, employer_id=scout.employer_id, profile_id=profile.profile_id)


def _take_up(session: Session, connection: Connection, scout: Scout, request: DataRequest) -> None:
    """Give a request its deadline and the task that goes with it."""
    policy = policy_of(connection)
    requisition = session.get_one(Requisition, scout.requisition_id)
    request.due = due_date(now_of(session), policy.data_request_days, policy.zone, policy.closures).due_at
    session.add(request)
    open_task(
        session,
        employer_id=request.employer_id,
        connection_id=request.connection_id,
        kind="data_request",
        name=f"page:{request.key}",
        owner_id=owner_id(session, requisition),
        requisition_id=requisition.key,
        subject="data_request",
        subject_id=request.key,
        due=request.due,
        facts={"kind": request.kind},
    )


def _ask_to_confirm(
    session: Session, vault: Vault, connection: Connection, scout: Scout, identity: Identity, request: DataRequest
) -> None:
    """A mail to the address we know, with a link that says yes, it was me. Also to who asked not to be written to:
    it answers their own request."""
    if not identity.email:
        raise CannotAsk("erased")
    token = secrets.token_urlsafe(24)
    request.confirm_digest, request.confirm_until = token_digest(token), now_of(session) + CONFIRM_WITHIN
    session.add(request)
    language, policy = scout.language, policy_of(connection)
    view = view_of(session, session.get_one(Requisition, scout.requisition_id), scout)
    _company, sender = names(session, policy, view, scout, language)
    written = letter(
        f"confirm_{request.kind}",
        language,
        salutation=salutation(identity, language),
        company=sender,
        link=f"{page_here(session, vault, scout, identity.email)}/confirm/{token}",
        days=str(CONFIRM_WITHIN.days),
        signature=signature(policy, connection, language),
    )
    post(
        session,
        vault,
        connection=connection,
        kind="data_confirm",
        name=f"data_confirm:{request.key}",
        to=identity.email,
        to_name=identity.name,
        subject=written.subject,
        text=written.text,
        language=language,
        person=scout.profile_id,
        reply_to=come_back(policy.from_address, scout.reply_token),
    )
