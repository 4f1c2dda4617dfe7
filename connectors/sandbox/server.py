"""The sandbox as a running thing: application, webhook thread, listening socket, one life."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from connectors.sandbox import admin, pages, seed, wire
from connectors.sandbox.jobs import Ats
from connectors.sandbox.kit.serving import Server
from connectors.sandbox.misbehaviour import Misbehaviour
from connectors.sandbox.store import Store
from connectors.sandbox.webhooks import DOCUMENTED_SCHEDULE, Bell


class Clock:
    """The sandbox's time: the given one, or one set through `/sandbox/clock` that runs on from there."""

    def __init__(self, now: Callable[[], datetime] | None) -> None:
        self._now = now or (lambda: datetime.now(UTC))
        self._offset = timedelta()

    def now(self) -> datetime:
        return self._now() + self._offset

    def set(self, moment: datetime | None) -> None:
        self._offset = moment - self._now() if moment else timedelta()


class Sandbox:
    """A little ATS: `start` it, talk to `url`, `close` it. Also a context manager.

    `now` gives aware UTC; `retry_after` are the seconds before each further webhook attempt.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        now: Callable[[], datetime] | None = None,
        retry_after: Sequence[float] = DOCUMENTED_SCHEDULE,
        filled: bool = True,
    ) -> None:
        self.clock = Clock(now)
        self.store = Store(Path(folder), self.clock.now)
        self.misbehaviour = Misbehaviour()
        self.bell = Bell(self.store, self.misbehaviour, retry_after)
        self.later = wire.Later()
        self.ats = Ats(self.store, self.bell, self.misbehaviour)
        if filled:
            seed.fill(self.store)
        self.app = self._application()
        self.url = ""
        self._server: Server | None = None

    def _application(self) -> Flask:
        app = Flask("connectors.sandbox", static_url_path="/sandbox-static")
        key = self.store.setting("secret_key") or secrets.token_hex(32)
        self.store.set("secret_key", key)
        app.config.update(
            SECRET_KEY=key,
            # Own names: cookies do not tell ports apart, and the plugin runs beside this one.
            SESSION_COOKIE_NAME="sandbox_session",
            SESSION_COOKIE_SAMESITE="Strict",
            SESSION_COOKIE_HTTPONLY=True,
            MAX_CONTENT_LENGTH=16 * 1024 * 1024,
        )
        assert isinstance(app.json, DefaultJSONProvider)
        app.json.sort_keys = False  # people read these answers; keep the order they were written in
        app.json.ensure_ascii = False
        app.register_blueprint(wire.wire(self.ats, self.later))
        app.register_blueprint(admin.admin(self.ats, self.clock.set))
        app.register_blueprint(pages.pages(self.ats))
        pages.arrange(app)
        return app

    def start(self, host: str = "127.0.0.1", port: int = 0) -> Self:
        self._server = Server(host, port, self.app)
        self.url = self._server.url
        self.bell.start()
        return self

    def close(self) -> None:
        """End everything; webhooks still due stay in the folder for the next start."""
        self.later.close()
        if self._server is not None:
            self._server.stop()
            self.bell.close()
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def connection(self) -> dict[str, dict[str, str]]:
        """What a client of this sandbox needs: credentials and addresses."""
        return {
            "credentials": {
                "client_id": seed.CLIENT_ID,
                "client_secret": seed.CLIENT_SECRET,
                "sub": str(seed.SERVICE_USER),
            },
            "options": {
                **{"api_base": self.url, "token_url": f"{self.url}/token", "app_base": self.url},
                # The sandbox has a limit of its own, by whose header the connector is held off.
                **{"rate_calls": "1000000", "rate_seconds": "1"},
            },
        }

    def misbehave(self, kind: str, **how: Any) -> None:
        """Arrange trouble: see `misbehaviour.KINDS`."""
        self.misbehaviour.order(kind, **how)

    def behave(self) -> None:
        self.misbehaviour.clear()

    def writes(self) -> dict[str, int]:
        """Count the API writes applied so far, per kind."""
        counts: dict[str, int] = admin.counted_writes(self.ats)["counts"]
        return counts


def serve(
    folder: Path | str,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    now: Callable[[], datetime] | None = None,
    retry_after: Sequence[float] = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0),
    seed: bool = True,
) -> Sandbox:
    """Start a sandbox in this process and return it running; port 0 takes a free one."""
    return Sandbox(folder, now=now, retry_after=retry_after, filled=seed).start(host, port)


def create_sandbox(folder: Path | str, **how: Any) -> Flask:
    """Build the application alone, for a WSGI server of your own or its test client."""
    return Sandbox(folder, **how).app
