"""`POST /webhooks/<connection key>`: an ATS rings. Verify the raw bytes, keep them, answer as this vendor needs.

The delivery and the job that reads it are one transaction, committed before the answer; what is read from the ATS
follows later, in a worker. Nothing is stored of a bad signature, a ping, or an event that concerns nothing here.
The application gives this blueprint its means as `app.extensions["work"]`.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import structlog
from flask import Blueprint, Response, current_app, request
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select
from werkzeug.exceptions import RequestEntityTooLarge

from connectors.base import BadSignature, Connector
from connectors.records import Answer, EventKind, Outcome, Request
from plugin.connections import connector_of
from plugin.rows import Connection
from plugin.work.context import Work
from plugin.work.deliveries import WEBHOOK, Sealed, body_hash, seal
from plugin.work.receiver import Receiver

log = structlog.get_logger(__name__)

blueprint = Blueprint("webhooks", __name__)

MOST_BYTES = 2 * 1024 * 1024
REMEMBERED = 10.0
"""Seconds a connection and its secrets are remembered: a retired secret is refused at most this much later."""
AT_MOST_EVERY = 0.2
"""Seconds after which a signature we don't know has the secrets read again: some vendors never retry a 401."""


@dataclass
class _Known:
    connection: Connection
    ats: Connector
    until: float

    @property
    def age(self) -> float:
        """Seconds since this was read."""
        return time.monotonic() - (self.until - REMEMBERED)


class Doorkeeper:
    """What the door of one process remembers: connections with their secrets, briefly, and the shared commit."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.receiver = Receiver(work.database)
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()
        work.closing.insert(0, self.close)

    def connection(self, url_key: str, *, no_older: float = REMEMBERED) -> _Known | None:
        """The connection of a URL as it was at most `no_older` seconds ago, None when there is none."""
        with self._lock:
            known = self._known.get(url_key)
            if known is not None and known.age < no_older:
                return known
            with self.work.reading() as session:
                connection = session.exec(select(Connection).where(col(Connection.url_key) == url_key)).first()
            if known is not None:
                _hang_up(known.ats)
                del self._known[url_key]
            if connection is None:
                return None
            ats = connector_of(self.work.database, self.work.vault, self.work.settings, connection)
            self._known[url_key] = fresh = _Known(connection, ats, time.monotonic() + REMEMBERED)
            return fresh

    def close(self) -> None:
        self.receiver.close()
        with self._lock:
            for known in self._known.values():
                _hang_up(known.ats)
            self._known.clear()


def _hang_up(ats: Connector) -> None:
    close = getattr(ats, "close", None)
    if close is not None:
        close()


def doorkeeper() -> Doorkeeper:
    """The doorkeeper of this application, made at the first request: after any fork."""
    found: Doorkeeper | None = current_app.extensions.get("doorkeeper")
    if found is None:
        with _MAKING:
            found = current_app.extensions.get("doorkeeper")
            if found is None:
                found = current_app.extensions["doorkeeper"] = Doorkeeper(current_app.extensions["work"])
    return found


_MAKING = threading.Lock()


@blueprint.post("/webhooks/<url_key>")
@blueprint.post("/webhooks/<url_key>/<path:rest>")
def ring(url_key: str, rest: str = "") -> Response:
    """Take one webhook. What follows the key is the connector's: an ATS that can't sign carries its secret there."""
    keeper = doorkeeper()
    known = keeper.connection(url_key)
    if known is None:
        return Response("no connection has this address; copy it anew from `kakuyaku connect`\n", 404, _PLAIN)
    request.max_content_length = MOST_BYTES
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        return Response("a webhook may have 2 MiB\n", 413, _PLAIN)
    rung = Request(
        method="POST",
        path=request.path,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
        received_at=keeper.work.clock.now(),
    )
    try:
        outcome = _take(keeper, known, rung)
    except (DBAPIError, TimeoutError) as error:
        # Not stored for certain, so not acknowledged: the vendor rings again, and what was stored is known then.
        log.error("webhook_not_stored", connection=known.connection.key, error=type(error).__name__)
        return Response("try again later\n", 503, {"Retry-After": "5", **_PLAIN})
    return _say(known.ats.answer(outcome, rung))


def _take(keeper: Doorkeeper, known: _Known, rung: Request) -> Outcome:
    try:
        known.ats.verify(rung)
    except BadSignature:
        # A secret may have been added a moment ago; a flood of forgeries reads the database five times a second.
        fresh = keeper.connection(known.connection.url_key, no_older=AT_MOST_EVERY)
        try:
            if fresh is None or fresh is known:
                raise
            fresh.ats.verify(rung)
        except BadSignature:
            log.warning("webhook_bad_signature", connection=known.connection.key)
            return Outcome.BAD_SIGNATURE
        known = fresh
    events = known.ats.parse(rung)
    if all(event.kind in (EventKind.PING, EventKind.UNKNOWN) for event in events):
        return Outcome.NOT_UNDERSTOOD
    work, connection = keeper.work, known.connection
    stored = keeper.receiver.store(
        Sealed(
            employer_id=connection.employer_id,
            connection_id=connection.key,
            door=WEBHOOK,
            body_hash=body_hash(work.vault, connection.employer_id, known.ats.fingerprint(rung)),
            event_key=known.ats.event_key(rung),
            sealed=seal(work.vault, _kept(rung), rung.body),
            received_at=work.clock.now(),
            days=work.settings.delivery_days,
        )
    )
    return Outcome.ACCEPTED if stored else Outcome.DUPLICATE


def _kept(rung: Request) -> dict[str, str]:
    """The headers worth keeping: no cookies, no credentials."""
    return {name: value for name, value in rung.headers.items() if name not in ("cookie", "authorization")}


def _say(answer: Answer) -> Response:
    return Response(answer.body, answer.status, {**_PLAIN, **answer.headers})


_PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
