"""An open-loop load: requests leave on schedule, and a request's time counts from when it should have left.

So a server that stalls is charged for everybody who waited, not only for the one it stalled on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Measured:
    """What came of a run. Times in seconds, one per answered request."""

    times: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0

    def percentile(self, share: float) -> float:
        """The time that `share` (0 to 1) of the requests stayed within, by nearest rank."""
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))] if ordered else 0.0


def offer(host: str, port: int, make: Callable[[int], bytes], *, rate: float, seconds: float) -> Measured:
    """Send `make(n)` (whole HTTP/1.1 requests) at `rate` a second for `seconds`, over kept connections."""
    return asyncio.run(_offer(host, port, make, rate, seconds))


async def _offer(host: str, port: int, make: Callable[[int], bytes], rate: float, seconds: float) -> Measured:
    measured = Measured()
    idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
    count = int(rate * seconds)
    start = time.perf_counter() + 0.2

    async def one(number: int, planned: float) -> None:
        reader, writer = idle.pop() if idle else await asyncio.open_connection(host, port)
        writer.write(make(number))
        status, kept = await _answer(reader)
        measured.times.append(time.perf_counter() - planned)
        measured.statuses[status] = measured.statuses.get(status, 0) + 1
        if kept:
            idle.append((reader, writer))
        else:
            writer.close()

    under_way: set[asyncio.Task[None]] = set()
    for number in range(count):
        planned = start + number / rate
        wait = planned - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        task = asyncio.create_task(one(number, planned))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    if under_way:
        await asyncio.wait(under_way, timeout=60)
    measured.seconds = time.perf_counter() - start
    for _, writer in idle:
        writer.close()
    return measured


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    lines = head.split("\r\n")
    length = 0
    for line in lines[1:]:
        if line.startswith("content-length:"):
            length = int(line.split(":", 1)[1])
    if length:
        await reader.readexactly(length)
    return int(lines[0].split()[1]), "connection: close" not in head
