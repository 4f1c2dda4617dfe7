"""An open-loop load: requests leave on schedule, and a request's time counts from when it should have left.

So a server that stalls is charged for everybody who waited, not only for the one it stalled on. Runs as a process of its
own (`python -m plugin.bench.load`, the order as JSON on standard input, the times as JSON on standard output): a
generator that shares its interpreter with anything else measures that as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import hashlib
import hmac
import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Any

LAST_ANSWERS = 30.0
"""Seconds to wait for answers after the last request left."""
CONNECTIONS = 64
"""Kept connections at most; a request that finds none free waits, and its time runs."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to offer: signed webhooks for `path`, `rate` a second for `seconds`, the first `warm_up` seconds not counted."""

    port: int
    path: str
    secret: str
    rate: float
    seconds: float
    warm_up: float = 1.0
    name: str = "load"


@dataclass
class Measured:
    """What came of a run: seconds from schedule to answer, one per answered request."""

    times: list[float] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    late: float = 0.0  # how far behind its schedule the generator itself was at worst


def offer(order: Order) -> Measured:
    """Run an order in a process of its own and return what it measured."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "plugin.bench.load"],
        input=json.dumps(asdict(order)).encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=order.seconds + order.warm_up + LAST_ANSWERS + 60,
    )
    return Measured(**json.loads(done.stdout))


def webhook(order: Order, number: int) -> bytes:
    """A whole signed HTTP request: a requisition changed. Every body differs."""
    payload = {
        "job": {
            "id": 4_000_000 + number,
            "name": "バックエンドエンジニア",
            "notes": f"{order.name} {number} " + "x" * 600,
        }
    }
    body = json.dumps({"action": "job_updated", "payload": payload}).encode()
    digest = hmac.new(order.secret.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST {order.path} HTTP/1.1\r\nHost: 127.0.0.1:{order.port}\r\nContent-Type: application/json\r\n"
        f"Signature: sha256 {digest}\r\nGreenhouse-Event-ID: {order.name}-{number}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def run(order: Order) -> Measured:
    """Offer the load from this process."""
    measured = Measured()
    warm = int(order.rate * order.warm_up)
    requests = [webhook(order, number) for number in range(warm + int(order.rate * order.seconds))]
    idle: asyncio.LifoQueue[tuple[asyncio.StreamReader, asyncio.StreamWriter] | None] = asyncio.LifoQueue()
    for _ in range(CONNECTIONS):
        idle.put_nowait(None)  # opened when first needed
    start = time.perf_counter() + 0.2

    async def one(number: int, planned: float) -> None:
        line = await idle.get()
        try:
            reader, writer = line or await asyncio.open_connection("127.0.0.1", order.port)
            writer.write(requests[number])
            status, kept = await _answer(reader)
        except (OSError, asyncio.IncompleteReadError) as error:
            status, kept = type(error).__name__, False
            idle.put_nowait(None)
        else:
            idle.put_nowait((reader, writer) if kept else None)
            if not kept:
                await _hang_up(writer)
        if number >= warm:
            if status == "200":
                measured.times.append(time.perf_counter() - planned)
            measured.statuses[status] = measured.statuses.get(status, 0) + 1
            measured.seconds = max(measured.seconds, time.perf_counter() - start - order.warm_up)

    under_way: set[asyncio.Task[None]] = set()
    for number in range(len(requests)):
        planned = start + number / order.rate
        wait = planned - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        measured.late = max(measured.late, time.perf_counter() - planned) if number >= warm else 0.0
        task = asyncio.create_task(one(number, planned))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    if under_way:
        _, unanswered = await asyncio.wait(under_way, timeout=LAST_ANSWERS)
        if unanswered:
            measured.statuses["no answer"] = len(unanswered)
            for task in unanswered:
                task.cancel()
            await asyncio.gather(*unanswered, return_exceptions=True)
    while not idle.empty():
        line = idle.get_nowait()
        if line is not None:
            await _hang_up(line[1])
    return measured


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):  # the other side may have hung up first
        await writer.wait_closed()


async def _answer(reader: asyncio.StreamReader) -> tuple[str, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    lines = head.split("\r\n")
    length = next((int(line.split(":", 1)[1]) for line in lines[1:] if line.startswith("content-length:")), 0)
    if length:
        await reader.readexactly(length)
    return lines[0].split()[1], "connection: close" not in head


def main() -> None:
    order: dict[str, Any] = json.load(sys.stdin)
    gc.disable()  # a pause of ours would be charged to the server
    json.dump(asdict(asyncio.run(run(Order(**order)))), sys.stdout)


if __name__ == "__main__":
    main()
