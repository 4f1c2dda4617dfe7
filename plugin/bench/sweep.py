"""`kakuyaku bench sweep`: reading everything an ATS has, within its limit, killed on the way; on a clock nobody waits for.

The stand-in lives in this process, the sweep in a child of its own that is killed in the middle and started again.
"""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from connectors.records import Rate
from connectors.registry import CONNECTORS
from connectors.sandbox.standins import stand_in
from plugin.bench.sweep_child import prepare
from plugin.bench.sweep_world import Counted, SharedClock, crowded
from plugin.settings import Settings

BESIDE = 6
"""Calls that are no page of these lists: signing in twice (before and after the kill), interviews, the end of a list."""
SPARE = 0.05
MOST_MB = 300
SECONDS = 1800.0


class Short(Exception):
    """A child that did not end well; the message is its last words."""


def fewest(name: str, requisitions: int, people: int) -> int:
    """The stated minimum of requests: the stand-in names the lists a sweep can't do without, and their pages."""
    counts = {"requisitions": requisitions, "people": people}
    lists: tuple[tuple[str, int], ...] = getattr(stand_in(name), "lists")  # noqa: B009 what makes one is a class
    return sum(max(1, math.ceil(counts[what] / page)) for what, page in lists)


def measure(
    name: str, *, requisitions: int, people: int, say: Callable[[str], None], kill: bool = True
) -> dict[str, Any]:
    """Sweep one vendor's stand-in; a row of the table, with the bounds it did not keep."""
    rate = CONNECTORS[name].rate or Rate(1_000_000, 1.0)
    with tempfile.TemporaryDirectory(prefix="kakuyaku-sweep-") as made:
        folder = Path(made)
        clock = SharedClock(folder / "clock")
        say(f"{name}: {requisitions:,} requisitions and {people:,} people")
        there, counted = crowded(name, clock, rate, requisitions, people)
        least, began = fewest(name, requisitions, people), time.monotonic()
        try:
            known = prepare(folder, name, there)
            if kill:
                _kill_at(folder, counted, least // 2)
                say(f"{name}: killed after {counted.total} requests, going on")
                # Nobody takes a dead worker's job before its lease has run out.
                clock.sleep(Settings.model_fields["lease_seconds"].default)
            took = _run(folder)
            refused = getattr(there, "refused", 0)
        finally:
            there.close()
            clock.close()
    over = counted.total / least - 1
    bounds = {
        "requests": counted.total <= least * (1 + SPARE) + BESIDE,
        "limit": counted.most <= rate.calls and refused == 0,
        "memory": took["mb"] <= MOST_MB,
        "missed": took["owed"] == [requisitions, known],
    }
    wrong = [what for what, kept in bounds.items() if not kept]
    return {
        "ats": CONNECTORS[name].title,
        "requests": counted.total,
        "at_least": least,
        "over": f"{over:.1%}",
        "asked_again": counted.again,
        "most_in_window": f"{counted.most}/{rate.calls} in {rate.seconds:g} s",
        "refused": refused,
        "owed": "{:,} + {:,}".format(*took["owed"]),
        "mb": took["mb"],
        "their_minutes": took["minutes"],
        "our_seconds": round(time.monotonic() - began, 1),
        "wrong": ", ".join(wrong),
    }


def _command(folder: Path) -> list[str]:
    return [sys.executable, "-P", "-m", "plugin.bench.sweep_child", str(folder)]


def _kill_at(folder: Path, counted: Counted, requests: int) -> None:
    """Start a sweep and kill it when it has made so many requests: SIGKILL, nothing of it runs after."""
    child = subprocess.Popen(_command(folder), stdout=subprocess.DEVNULL)  # noqa: S603 our own
    try:
        until = time.monotonic() + SECONDS
        while counted.total < requests and child.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
        if child.poll() is not None:
            raise Short(f"the sweep ended with {child.returncode} before it was to be killed")
    finally:
        child.kill()
        child.wait()


def _run(folder: Path) -> dict[str, Any]:
    ran = subprocess.run(_command(folder), capture_output=True, timeout=SECONDS, check=False, text=True)  # noqa: S603 our own
    if ran.returncode != 0:
        raise Short(ran.stderr.strip()[-2000:])
    found: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return found
