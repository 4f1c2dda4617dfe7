"""`bench webhooks`: how long an ATS waits for its 200, stored durably, at a rate it offers whatever we answer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlmodel import func, select

from plugin.bench.databases import Engine, fresh_database
from plugin.bench.installation import open_installation
from plugin.bench.load import Order, offer
from plugin.bench.tables import spread
from plugin.rows import Delivery

PLAIN = ("-P", "-m", "plugin.bench.plain")


def measure(engine: Engine, *, rate: float, seconds: float, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Measure the door, then its plain alternatives, each on a fresh database. Rows for the table.

    Raises `AssertionError` when the door answered 200 for something it did not store: then the times mean nothing.
    """
    rows = []
    kinds: list[tuple[str, tuple[str, ...], bool]] = [
        ("kakuyaku: deliveries share a commit", (), True),
        ("plain: a commit each", (*PLAIN, "apart"), True),
        ("floor: stores nothing", (*PLAIN, "floor"), False),
    ]
    for name, command, stores in kinds:
        say(f"{engine.name}: {name}")
        rows.append({"database": engine.name, "door": name, **_one(engine, command, rate, seconds, stores)})
    return rows


def _one(engine: Engine, command: tuple[str, ...], rate: float, seconds: float, stores: bool) -> dict[str, Any]:
    with (
        tempfile.TemporaryDirectory(prefix="kakuyaku-bench-") as folder,
        fresh_database(engine) as url,
        open_installation(Path(folder), database_url=url) as installation,
    ):
        installation.start("web", *command)
        installation.wait_for_web()
        order = Order(installation.port, installation.hook, installation.webhook_secret, rate, seconds)
        before = installation.cpu_seconds("web")
        measured = offer(order)
        used = installation.cpu_seconds("web") - before
        ok = measured.statuses.pop("200", 0)
        with installation.work.reading() as session:
            stored = session.exec(select(func.count()).select_from(Delivery)).one()
        if stores and stored < ok:
            raise AssertionError(f"{ok} webhooks were answered 200, {stored} are stored")
        return {
            "offered_per_s": rate,
            "achieved_per_s": round(ok / measured.seconds, 1) if measured.seconds else 0.0,
            **spread(measured.times),
            "cpu_ms": round(used * 1000 / (rate * (seconds + order.warm_up)), 2),  # of the web process, each
            "ok": ok,
            "errors": sum(measured.statuses.values()),
            "late_ms": round(measured.late * 1000, 2),  # the generator behind its own schedule, at worst
        }
