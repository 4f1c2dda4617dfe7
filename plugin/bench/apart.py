"""Run one measurement in a process of its own: what one leaves in memory is not counted to the next.

Called as `python -m plugin.bench.apart`: a pickled (function, arguments, named arguments) comes in on standard input, the
pickled result goes out on standard output. Not multiprocessing: its helper process outlives the measurement.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

Found = TypeVar("Found")


def apart(work: Callable[..., Found], *arguments: Any, **named: Any) -> Found:
    """Call a module's function in a fresh process; progress goes to standard error.

    Raises `click.ClickException` if it fails; a file or folder that can't be used is told in one line.
    """
    ran = subprocess.run(
        [sys.executable, "-P", "-m", "plugin.bench.apart"],
        input=pickle.dumps((work, arguments, named)),
        stdout=subprocess.PIPE,
        check=False,
    )
    if ran.returncode != 0:
        raise click.ClickException(f"the measurement ended with {ran.returncode}; its last words stand above")
    found: Found | OSError = pickle.loads(ran.stdout)  # noqa: S301 - a pipe from our own child
    if isinstance(found, OSError):
        raise click.ClickException(f"{found.filename}: {found.strerror}; name another folder with --cache")
    return found


def main() -> None:
    """Do what standard input asks."""
    answer, sys.stdout = sys.stdout.buffer, sys.stderr  # whatever prints must not end up in the answer
    work, arguments, named = pickle.load(sys.stdin.buffer)  # noqa: S301 - a pipe from `apart`
    try:
        found = work(*arguments, **named)
    except OSError as error:
        found = error
    answer.write(pickle.dumps(found))
    answer.flush()


if __name__ == "__main__":
    main()
