"""A listening socket for a stand-in: quiet, quick, and closed without leftovers."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler


class Handler(WSGIRequestHandler):
    """Quiet, without Nagle's delay, and known to the server so that closing it hangs up."""

    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        self.server.connections.discard(self.connection)
        # The other side may be gone, or hung up on, with bytes still to flush.
        with contextlib.suppress(OSError):
            super().finish()

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The stand-in's own time for the Date header, which vendors' dates are read by."""
        return format_datetime(self.server.now().astimezone(UTC), usegmt=True)

    def log(self, type: str, message: str, *args: Any) -> None:
        """Keep quiet."""


class Server(ThreadedWSGIServer):
    """Serves an application from a thread until `stop`."""

    connections: set[socket.socket]

    def __init__(
        self, host: str, port: int, app: Flask, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.connections, self.now = set(), now
        super().__init__(host, port, app, Handler)
        self.url = f"http://{host}:{self.server_port}"
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.05}, name="stand-in", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        for connection in list(self.connections):
            # The handler's thread may be closing it at this moment.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
