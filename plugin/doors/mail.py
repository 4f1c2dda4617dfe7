"""The inbound mail door: a mail server or provider posts a mail as it came (raw MIME), signed.

`POST /mail/<connection key>` with `X-Kakuyaku-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">` under the
connection's `mail_door` secret, and optionally `X-Kakuyaku-Recipient`, the envelope's recipient. Raw MIME everywhere, so
that one parser serves every door. Nothing of a request with a bad signature is stored.
"""

from __future__ import annotations

import re

import structlog
from flask import Blueprint, Response, current_app, request
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select
from werkzeug.exceptions import RequestEntityTooLarge

from connectors.base import BadSignature
from connectors.signing import signed_by_one_of
from plugin.clock import Clock
from plugin.connections import secrets_of
from plugin.rows import Connection
from plugin.sealing import Vault
from plugin.work.context import Work
from plugin.work.deliveries import MAIL, accept

log = structlog.get_logger()
blueprint = Blueprint("mail", __name__)

MOST_BYTES = 25 * 1024 * 1024
"""Mails carry CVs; most mail servers refuse more than this."""
WINDOW_SECONDS = 300
"""How far a signature's time may be from ours."""

_SIGNATURE = re.compile(r"^t=(\d{1,12}),v1=([0-9a-f]{64})$")
_PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
_KEPT_HEADERS = ("X-Kakuyaku-Recipient", "Content-Type")


@blueprint.post("/mail/<url_key>")
def receive(url_key: str) -> Response:
    """Take one mail. 202 when stored, 200 for one that came before, and never one of these before it is committed."""
    work: Work = current_app.extensions["work"]
    with work.reading() as session:
        connection = session.exec(select(Connection).where(col(Connection.url_key) == url_key)).first()
        secrets = secrets_of(session, work.vault, connection.key, "mail_door") if connection is not None else []
    if connection is None:
        return Response("no connection has this address; copy it anew from `kakuyaku connect`\n", 404, _PLAIN)
    request.max_content_length = MOST_BYTES
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        return Response("a mail may have 25 MiB\n", 413, _PLAIN)
    try:
        verify(request.headers.get("X-Kakuyaku-Signature", ""), body, secrets, work.clock)
    except BadSignature as error:
        log.warning("mail_bad_signature", connection=connection.key)
        return Response(f"{error}\n", 401, _PLAIN)
    if not body:
        return Response("there is no mail in this request\n", 400, _PLAIN)
    headers = {name.lower(): request.headers[name] for name in _KEPT_HEADERS if name in request.headers}
    try:
        with work.writing() as session:
            stored = store(session, work.vault, connection, headers, body, days=work.settings.delivery_days)
    except DBAPIError as error:
        # Not stored for certain, so not acknowledged: the mail server keeps the mail and posts it again.
        log.error("mail_not_stored", connection=connection.key, error=type(error).__name__)
        return Response("try again later\n", 503, {"Retry-After": "5", **_PLAIN})
    return Response("stored\n" if stored else "known already\n", 202 if stored else 200, _PLAIN)


def store(
    session: Session, vault: Vault, connection: Connection, headers: dict[str, str], body: bytes, *, days: int
) -> bool:
    """Store a mail and owe its reading in one transaction; False for the same bytes again. Our clock says when it came."""
    delivery = accept(session, vault, connection=connection, door=MAIL, headers=headers, body=body, days=days)
    return delivery is not None


def verify(signature: str, body: bytes, secrets: list[str], clock: Clock) -> None:
    """Check a signature over the raw bytes. Raises `BadSignature` with one sentence that says what was wrong."""
    found = _SIGNATURE.match(signature.strip())
    if found is None:
        raise BadSignature("X-Kakuyaku-Signature must read t=<unix seconds>,v1=<64 hex digits>")
    at = int(found.group(1))
    if abs(clock.now().timestamp() - at) > WINDOW_SECONDS:
        raise BadSignature("the signature's time is more than five minutes off; check both clocks")
    signed = f"{at}.".encode() + body
    if not signed_by_one_of(secrets, signed, found.group(2)):
        raise BadSignature("the signature does not fit the body and this connection's mail_door secret")
