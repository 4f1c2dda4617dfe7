"""`python -m fuzz [--minutes 90 | --seconds N] [--ats NAME]`: that much processor time in all, shared by every door.

Half of it is Hypothesis's, half atheris's where that is installed (Linux). Ends with 1 when a door broke.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from fuzz.doors import door_of, rung
from fuzz.with_hypothesis import run

KEPT = Path(tempfile.gettempdir()) / "kakuyaku-fuzz"


def main(given: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=90.0)
    parser.add_argument("--seconds", type=float, help="instead of minutes")
    parser.add_argument("--ats", choices=rung(), help="only this one")
    parser.add_argument("--keep", type=Path, default=KEPT, help="where atheris keeps what it found")
    asked = parser.parse_args(given)
    names = [asked.ats] if asked.ats else rung()
    both = importlib.util.find_spec("atheris") is not None
    if not both:
        sys.stderr.write("atheris is not installed here: Hypothesis takes all of the time\n")
    each = (asked.seconds if asked.seconds is not None else asked.minutes * 60) / len(names) / (2 if both else 1)
    broken = 0
    for name in names:
        broken += not _hypothesis(name, each)
        broken += both and not _atheris(name, each, asked.keep)
    return 1 if broken else 0


def _hypothesis(name: str, seconds: float) -> bool:
    door = door_of(name)
    try:
        count = run(door, seconds)
    except Exception as problem:  # what it is and which delivery did it stand in the notes Hypothesis adds
        sys.stderr.write(f"{name}: hypothesis: {type(problem).__name__}: {problem}\n")
        sys.stderr.write("".join(f"  {note}\n" for note in getattr(problem, "__notes__", ())))
        return False
    finally:
        door.close()
    sys.stdout.write(f"{name}: hypothesis: {count:,} deliveries in {seconds:.0f} s, none broke the door\n")
    return True


def _atheris(name: str, seconds: float, folder: Path) -> bool:
    folder.mkdir(parents=True, exist_ok=True)
    ran = subprocess.run(  # noqa: S603 our own
        [sys.executable, "-m", "fuzz.with_atheris", name, str(max(1, round(seconds))), str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        sys.stderr.write(
            f"{name}: atheris: what broke the door is kept in {folder}\n{ran.stderr[-3000:]}\n{ran.stdout}"
        )
        return False
    count = re.search(r"number_of_executed_units:\s*(\d+)", ran.stderr)
    tried = int(count[1]) if count else 0
    sys.stdout.write(f"{name}: atheris: {tried:,} runs in {seconds:.0f} s, none broke the door\n")
    return True


if __name__ == "__main__":
    raise SystemExit(main())
