"""Records that were set aside, in a file beside the one they came from, with the reason: to mend and import again."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from plugin.people_in.records import SetAside


class Rejects:
    """The file of what was set aside. It is made with the first record; one from an earlier run is replaced or removed.

    It holds what the records hold, so only its owner may read it. `path` is None where nothing can be kept (standard
    input): reasons are then only said.
    """

    def __init__(self, path: Path | None, headings: Sequence[str] = ()) -> None:
        self.path = path
        self.count = 0
        self._headings = list(headings)
        self._file: TextIO | None = None
        self._csv: Any = None

    def add(self, one: SetAside) -> None:
        self.count += 1
        if self.path is None:
            return
        if self._file is None:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            self._file = os.fdopen(handle, "w", encoding=self._encoding, newline="")
            if self.path.suffix == ".csv":
                self._csv = csv.writer(self._file)
                self._csv.writerow(["where", "reason", *self._headings])
        if self._csv is not None:
            cells = one.raw if isinstance(one.raw, dict) else {}
            extra = [str(cells["(rest)"])] if "(rest)" in cells else []
            self._csv.writerow([one.place, one.reason, *(cells.get(name, "") for name in self._headings), *extra])
        else:
            record = {"where": one.place, "reason": one.reason, "record": one.raw}
            self._file.write(json.dumps(record, ensure_ascii=False) + "\n")
        self._file.flush()

    @property
    def _encoding(self) -> str:
        # Excel in Japan takes a CSV without the mark for Shift_JIS.
        return "utf-8-sig" if self.path is not None and self.path.suffix == ".csv" else "utf-8"

    def close(self) -> None:
        """Close the file; one left by an earlier run goes if nothing was set aside this time."""
        if self._file is not None:
            self._file.close()
        elif self.path is not None:
            self.path.unlink(missing_ok=True)
