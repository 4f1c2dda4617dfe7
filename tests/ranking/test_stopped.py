"""A process stopped between any two steps loses nothing and leaves nothing wrong: the journal is applied again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("what", "steps"),
    [
        (
            "index",
            {
                "frame half written",
                "tail on disk",
                "block written",
                "segment written",
                "tombstones written",
                "tail made",
            }
            | {"manifest written", "manifest renamed", "manifest on disk", "orphan removed"},
        ),
        (
            "store",
            {"texts written", "chroma written", "chroma deleted", "texts deleted", "number written", "segment written"}
            | {"batch rebuilt", "rebuilt beside", "changes repeated", "switched", "collection dropped"}
            | {"index rebuilt beside", "collection made", "manifest renamed", "frame half written"},
        ),
    ],
)
def test_stopped_after_any_step_the_next_process_ends_the_same(what: str, steps: set[str], tmp_path: Path) -> None:
    # Stopping a process loses nothing the kernel has: memory does as well as a disk, and faster.
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        said = run(what, folder)
    assert said.returncode == 0, said.stderr
    stops = [json.loads(line) for line in said.stdout.splitlines() if line.startswith("{")]
    assert [stop for stop in stops if stop["problem"]] == []
    assert steps <= {stop["step"] for stop in stops}


def run(what: str, folder: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(Path(__file__).with_name("stopped.py")), what, folder],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        timeout=300,
    )
