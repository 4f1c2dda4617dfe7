"""What survives a power cut: files written, synchronised and renamed in an order that leaves the old state or the new.

`reached` is called between each pair of steps with the name of the step just finished. It does nothing; the tests that
stop a process in the middle replace it.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO


def _nothing(step: str) -> None:
    """Go on."""


reached: Callable[[str], None] = _nothing


def step(name: str) -> None:
    """Say that a step is finished."""
    reached(name)


def sync_file(file: IO[bytes]) -> None:
    """Wait until what was written is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_file(path: Path, content: bytes) -> None:
    """Write a whole file and wait until it is on the disk (its name may still be lost: `sync_folder`)."""
    with path.open("wb") as file:
        file.write(content)
        sync_file(file)


def replace_file(path: Path, content: bytes) -> None:
    """Let a file have another content, whole: a crash leaves the old content or the new."""
    beside = path.with_name(path.name + ".new")
    write_file(beside, content)
    step(f"{path.name} written")
    beside.replace(path)
    step(f"{path.name} renamed")
    sync_folder(path.parent)


def checksum(content: bytes | memoryview, start: int = 0) -> int:
    """CRC-32: finds damage, not malice."""
    return zlib.crc32(content, start)
