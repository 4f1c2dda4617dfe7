"""Misbehaviour on demand: every way a real vendor has been seen to fail, each for the next n times or by chance."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass
from typing import Any

KINDS: dict[str, str] = {
    "too_many_requests": "answers 429 with Retry-After, applies nothing",
    "server_error": "answers 500, applies nothing",
    "slow": "waits `delay` seconds, then answers",
    "drop_answer": "applies the write, then closes the socket without an answer",
    "error_after_write": "applies the write, then answers 500",
    "late_write": "answers 504 at once, applies the write after `delay` seconds",
    "async_candidate": "answers a message instead of the candidate, creates it after `delay` seconds",
    "webhook_duplicate": "delivers a webhook twice",
    "webhook_reorder": "holds a webhook back by `delay` seconds, later ones overtake it",
    "webhook_drop": "never delivers a webhook",
}
DELAYS = {"slow": 2.0, "late_write": 5.0, "async_candidate": 1.0, "webhook_reorder": 1.0}
ON = ("writes", "reads", "all")


@dataclass
class Order:
    """One arranged misbehaviour: the next `next` times, or with `probability`."""

    kind: str
    next: int | None
    probability: float
    delay: float
    on: str
    path: str
    dice: random.Random
    happened: int = 0


class Misbehaviour:
    """The orders in force. Thread-safe; the first order that strikes is used."""

    def __init__(self) -> None:
        self._orders: list[Order] = []
        self._lock = threading.Lock()

    def order(
        self,
        kind: str,
        *,
        next: int | None = None,
        probability: float = 0.0,
        seed: int = 0,
        delay: float | None = None,
        on: str = "",
        path: str = "",
    ) -> None:
        """Arrange one misbehaviour. Raises ValueError with what is wrong with the order."""
        if kind not in KINDS:
            raise ValueError(f"unknown kind {kind!r}; known: {', '.join(KINDS)}")
        if (next is None) == (probability == 0.0):
            raise ValueError("give either next (a count) or probability (0 to 1)")
        if not 0.0 <= probability <= 1.0 or (next is not None and next < 1):
            raise ValueError("next is at least 1, probability lies between 0 and 1")
        if on and on not in ON:
            raise ValueError(f"on is one of {', '.join(ON)}")
        order = Order(
            kind=kind,
            next=next,
            probability=probability,
            delay=DELAYS.get(kind, 0.0) if delay is None else delay,
            on=on or "all",
            path=path,
            dice=random.Random(seed),  # noqa: S311 dice for repeatable tests
        )
        with self._lock:
            self._orders.append(order)

    def strikes(self, kind: str, *, path: str = "", write: bool = False) -> Order | None:
        """Say whether `kind` happens to this request, using up one of its times."""
        with self._lock:
            for order in self._orders:
                if order.kind != kind or not path.startswith(order.path):
                    continue
                if order.on != "all" and (order.on == "writes") != write:
                    continue
                if order.next is None:
                    if order.dice.random() >= order.probability:
                        continue
                elif order.next == 0:
                    continue
                else:
                    order.next -= 1
                order.happened += 1
                return order
        return None

    def clear(self) -> None:
        with self._lock:
            self._orders.clear()

    def report(self) -> list[dict[str, Any]]:
        with self._lock:
            return [
                {
                    "kind": order.kind,
                    "next": order.next,
                    "probability": order.probability,
                    "delay": order.delay,
                    "on": order.on,
                    "path": order.path,
                    "happened": order.happened,
                }
                for order in self._orders
            ]
