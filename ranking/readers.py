"""Reads people in processes of their own: reading takes a millisecond of a core each, and Chroma keeps another busy.

    python -m ranking.readers

is such a process: pickled batches come in on stdin, what was read goes out on stdout, until stdin ends.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from pathlib import Path
from typing import IO

from ranking.people import Read, batches, read_batch
from ranking.tables import in_force, load_tables, tables
from ranking.values import Profile

_HOME = str(Path(__file__).parents[1])  # this very package, not one that lies in the working folder
_LENGTH = struct.Struct("<Q")


class ReaderGone(Exception):
    """A reading process ended by itself."""


class Readers:
    """Reads batches ahead of who takes them: by threads of this process, or by `processes` of their own."""

    def __init__(self, processes: int = 0) -> None:
        self.processes = processes
        self._idle: queue.SimpleQueue[subprocess.Popen[bytes]] = queue.SimpleQueue()
        self._all: list[subprocess.Popen[bytes]] = []
        for _ in range(processes):
            child = subprocess.Popen(
                [sys.executable, "-P", "-m", "ranking.readers"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": os.pathsep.join([_HOME, *filter(None, sys.path)])},
            )
            self._all.append(child)
            self._idle.put(child)
        self._threads = ThreadPoolExecutor(max(1, processes), thread_name_prefix="read")

    def read(self, people: Iterable[Profile], size: int) -> Iterator[Read]:
        """Read people batch by batch, in their order. Raises what reading raised."""
        ahead: deque[Future[Read]] = deque()
        try:
            for batch in batches(people, size):
                ahead.append(self._threads.submit(copy_context().run, self._read, batch))
                if len(ahead) > max(1, self.processes):
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()

    def close(self) -> None:
        """End the processes."""
        self._threads.shutdown(cancel_futures=True)
        for child in self._all:
            assert child.stdin is not None and child.stdout is not None
            with suppress(BrokenPipeError):  # it has ended already
                child.stdin.close()
            child.stdout.close()
            child.wait()
        self._all.clear()

    def _read(self, batch: Sequence[Profile]) -> Read:
        if not self.processes:
            return read_batch(batch)
        child = self._idle.get()
        try:
            assert child.stdin is not None and child.stdout is not None
            _send(child.stdin, (tables().path, batch))
            answer = _receive(child.stdout)
        except BrokenPipeError:
            answer = None
        finally:
            self._idle.put(child)
        if answer is None:
            raise ReaderGone("a process that reads profiles ended (out of memory?); what was written so far is kept")
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Read)
        return answer


def _send(pipe: IO[bytes], what: object) -> None:
    content = pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
    pipe.write(_LENGTH.pack(len(content)))
    pipe.write(content)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> object | None:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    content = pipe.read(length)
    if len(content) < length:
        return None
    answer: object = pickle.loads(content)  # noqa: S301 a pipe between this program and itself
    return answer


def main() -> None:
    """Read batches until nobody sends any."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    out, sys.stdout = sys.stdout.buffer, sys.stderr
    while (batch := _receive(sys.stdin.buffer)) is not None:
        assert isinstance(batch, tuple)
        path, people = batch
        answer: Read | Exception
        try:
            with in_force(load_tables(path) if path else None):
                answer = read_batch(people)
        except Exception as error:  # whatever it is, it is raised where the batch came from
            answer = error
        _send(out, answer)


if __name__ == "__main__":
    main()
