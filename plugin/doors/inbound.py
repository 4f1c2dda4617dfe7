"""The inbound doors of mail providers: SendGrid, Mailgun, Postmark, Amazon SES. Each signs in its own way.

`POST /inbound/<provider>/<connection key>`, an address that works once `kakuyaku mailbox provider` has stored the
provider's secret. What is taken goes the way of every mail: stored, then read by a worker. Nothing of a request that
is not the provider's is stored.
"""

from __future__ import annotations

import structlog
from flask import Blueprint, Response, current_app, request
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select
from werkzeug.exceptions import RequestEntityTooLarge

from connectors import http
from connectors.base import ATSError, BadSignature
from plugin.connections import secrets_of
from plugin.rows import Connection
from plugin.scouting.providers import PROVIDERS, secret_name
from plugin.scouting.providers.posted import Arrived, NoMail, Posted, Provider, Visit
from plugin.work.context import Work
from plugin.work.deliveries import MAIL, accept

log = structlog.get_logger()
blueprint = Blueprint("inbound", __name__)

MOST_BYTES = 48 * 1024 * 1024
"""A mail of 35 MB, the most these providers take, in base64."""
MOST_FETCHED = 64 * 1024
FETCH_SECONDS = 5.0

_PLAIN = {"Content-Type": "text/plain; charset=utf-8"}


@blueprint.post("/inbound/<provider>/<url_key>")
@blueprint.post("/inbound/<provider>/<url_key>/mime")
def receive(provider: str, url_key: str) -> Response:
    """Take one mail. 200 only once it is stored, or was before: everything else makes the provider post it again."""
    work: Work = current_app.extensions["work"]
    known = PROVIDERS.get(provider)
    with work.reading() as session:
        connection = session.exec(select(Connection).where(col(Connection.url_key) == url_key)).first()
        secrets = (
            secrets_of(session, work.vault, connection.key, secret_name(provider))
            if connection is not None and known is not None
            else []
        )
    if known is None or connection is None or not secrets:
        return Response("nothing is set up at this address; run `kakuyaku mailbox provider`\n", 404, _PLAIN)
    request.max_content_length = MOST_BYTES
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        return Response("a mail may have 48 MiB\n", 413, _PLAIN)
    headers = {name.lower(): value for name, value in request.headers.items()}
    posted = Posted(headers, body, work.clock.now())
    try:
        found = known.read(posted, secrets, _fetch)
        if isinstance(found, Visit):
            _fetch(found.url)
            log.info("mail_provider_confirmed", connection=connection.key, provider=provider)
            return Response("confirmed\n", 200, _PLAIN)
        return _store(work, connection, known, found)
    except BadSignature as error:
        log.warning("mail_bad_signature", connection=connection.key, provider=provider)
        return Response(f"{error}\n", known.forged, _PLAIN)
    except NoMail as error:
        log.warning("mail_provider_sent_none", connection=connection.key, provider=provider)
        return Response(f"{error}\n", known.useless, _PLAIN)
    except ATSError:
        log.warning("mail_provider_unreachable", connection=connection.key, provider=provider)
        return Response("try again later\n", 503, {"Retry-After": "30", **_PLAIN})
    except DBAPIError as error:
        # Not stored for certain, so not acknowledged.
        log.error("mail_not_stored", connection=connection.key, error=type(error).__name__)
        return Response("try again later\n", 503, {"Retry-After": "5", **_PLAIN})


def _store(work: Work, connection: Connection, provider: Provider, found: Arrived) -> Response:
    if not found.raw.strip():
        raise NoMail("there is no mail in this request")
    headers = {"x-kakuyaku-recipient": ", ".join(found.recipients)[:2000]} if found.recipients else {}
    with work.writing() as session:
        stored = accept(
            session,
            work.vault,
            connection=connection,
            door=MAIL,
            headers=headers,
            body=found.raw,
            event_key=found.event_key,
            days=work.settings.delivery_days,
        )
    return Response("stored\n" if stored is not None else "known already\n", 200, _PLAIN)


def _fetch(url: str) -> bytes:
    """Fetch a small file of a provider's own host. Raises `ATSError`."""
    session = http.Session("the mail provider", connect_timeout=FETCH_SECONDS, read_timeout=FETCH_SECONDS)
    try:
        return session.download(url, largest=MOST_FETCHED)
    finally:
        session.close()
