"""What the webhook door is measured against, each as a web process of its own.

`python -m plugin.bench.plain floor --port N`: an endpoint that reads the body and does nothing, which no design on this
server and framework can beat. `python -m plugin.bench.plain apart`: the installed web process, but every delivery commits
for itself in its request's thread, which is what one would write first.
"""

from __future__ import annotations

import argparse

from flask import Flask, Response, request
from waitress.server import create_server

from plugin.doors.app import create_app
from plugin.doors.webhooks import Doorkeeper
from plugin.settings import load
from plugin.work.deliveries import Sealed, accept_sealed
from plugin.work.processes import watch_parent
from plugin.work.receiver import Receiver
from plugin.work.runtime import build_work


class Apart(Receiver):
    """Stores each delivery in a transaction of its own."""

    def store(self, sealed: Sealed, *, timeout: float = 25.0) -> bool:
        with self._database.writing() as session:
            return accept_sealed(session, [sealed]) != [None]


def floor() -> Flask:
    """An application that takes a webhook and forgets it."""
    app = Flask("floor")

    @app.post("/<path:path>")
    def take(path: str) -> Response:
        request.get_data(cache=False)
        return Response("", 200)

    @app.get("/health")
    def health() -> Response:
        return Response("ok\n", 200)

    return app


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m plugin.bench.plain")
    parser.add_argument("kind", choices=["floor", "apart"])
    parser.add_argument("--watch", type=int)
    given = parser.parse_args()
    settings = load()
    watch_parent(given.watch)
    if given.kind == "floor":
        app = floor()
    else:
        work = build_work(settings)
        app = create_app(work)
        keeper = Doorkeeper(work)
        keeper.receiver = Apart(work.database)
        app.extensions["doorkeeper"] = keeper
    create_server(
        app,
        host=settings.web_host,
        port=settings.web_port,
        threads=settings.web_threads,
        connection_limit=500,
        asyncore_use_poll=True,
        ident=None,
    ).run()


if __name__ == "__main__":
    main()
