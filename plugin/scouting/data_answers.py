"""Showing somebody what is kept about them: a mail to the address that is known, with everything attached."""

from __future__ import annotations

from sqlmodel import Session, col, select

from connectors.records import Attachment
from plugin.connections import policy_of
from plugin.person_data import as_json, as_text, collect
from plugin.pipeline.addressing import salutation, signature
from plugin.pipeline.wording import letter
from plugin.rows import Connection, DataRequest, Requisition, Scout
from plugin.scouting.candidate_links import page_here
from plugin.scouting.candidate_view import names, person_of
from plugin.scouting.data_requests import finish
from plugin.scouting.disclosure import leaks, unsaid_to, view_of
from plugin.scouting.post import come_back, post
from plugin.sealing import Vault


class CannotShow(Exception):
    """Nobody can be shown anything now. `code`: gone (erased, or no address is known), unsaid (what is held names an
    employer they may not know yet)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def show_them(session: Session, vault: Vault, request: DataRequest, *, by: str) -> None:
    """Answer a confirmed request to see one's data, once. Does not commit. Raises `CannotShow`.

    Our own judgements are left out (R12); a colleague decides about those where somebody insists.
    """
    scout = session.get(Scout, request.scout_id) if request.scout_id is not None else None
    found = person_of(session, vault, scout) if scout is not None else None
    if scout is None or found is None or not found[1].email:
        raise CannotShow("gone")
    profile, identity = found
    connection = session.exec(select(Connection).where(col(Connection.id) == request.connection_id)).one()
    policy, language = policy_of(connection), scout.language
    data = collect(session, vault, profile, for_them=True)
    view = view_of(session, session.get_one(Requisition, scout.requisition_id), scout)
    _company, sender = names(session, policy, view, scout, language)
    written = letter(
        "data_shown",
        language,
        salutation=salutation(identity, language),
        company=sender,
        page=page_here(session, vault, scout, identity.email),
        signature=signature(policy, connection, language),
    )
    attachments = [
        Attachment("your-data.txt", as_text(data).encode("utf-8"), "text/plain"),
        Attachment("your-data.json", as_json(data).encode("utf-8"), "application/json"),
    ]
    # The request stays open, with its deadline, rather than count as met by a mail that would be held back.
    if leaks({"attachment": as_text(data)}, unsaid_to(session, connection, profile.profile_id)):
        raise CannotShow("unsaid")
    post(
        session,
        vault,
        connection=connection,
        kind="data_answer",
        name=f"data_answer:{request.key}",
        to=identity.email,
        to_name=identity.name,
        subject=written.subject,
        text=written.text,
        language=language,
        person=scout.profile_id,
        reply_to=come_back(policy.from_address, scout.reply_token),
        attachments=attachments,
    )
    finish(session, request, by=by)
