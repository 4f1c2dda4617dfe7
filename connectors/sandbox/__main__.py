"""Run the sandbox as a process: `python -m connectors.sandbox --data-folder FOLDER`."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import threading
from pathlib import Path

from connectors.sandbox.server import serve


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; print the address once listening."""
    parser = argparse.ArgumentParser(prog="python -m connectors.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--data-folder", type=Path, required=True)
    parser.add_argument("--retry-after", default="0.2,0.5,1,2,4,8", help="seconds before further attempts")
    parser.add_argument("--fresh", action="store_true", help="empty the data folder first")
    given = parser.parse_args(arguments)
    if given.fresh and given.data_folder.exists():
        shutil.rmtree(given.data_folder)
    try:
        schedule = tuple(float(part) for part in given.retry_after.split(","))
    except ValueError:
        parser.error("--retry-after takes seconds separated by commas, like 0.2,0.5,1")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        sandbox = serve(given.data_folder, host=given.host, port=given.port, retry_after=schedule)
    except OSError as problem:
        parser.error(f"cannot listen on port {given.port}: {problem.strerror}; choose another with --port")
    with sandbox:
        sys.stdout.write(f"sandbox listening on {sandbox.url}\n")
        sys.stdout.flush()
        stop.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
