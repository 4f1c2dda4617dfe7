"""atheris at one door: `python -m fuzz.with_atheris NAME SECONDS FOLDER`. Bytes that follow the code's branches.

https://github.com/google/atheris. A crash is kept in FOLDER and told by libFuzzer; the process then ends with an error.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["connectors"], enable_loader_override=False):
    from fuzz.doors import door_of, knock, seeds


def main() -> None:
    name, seconds, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    door = door_of(name)
    corpus = folder / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(name, door)):
        (corpus / f"seed-{number}").write_bytes(data)
    flags = [f"-max_total_time={seconds}", f"-artifact_prefix={folder}/{name}-", "-max_len=20000", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *flags, "-print_final_stats=1", str(corpus)], lambda data: knock(door, data) and None)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
