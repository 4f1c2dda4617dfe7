"""What a check says: one finding a line, with what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

OK, NOTE, FAIL = "ok", "note", "FAIL"


@dataclass(frozen=True, slots=True)
class Line:
    """One finding. `todo` says what to do; a NOTE is nothing wrong, but worth knowing."""

    level: str
    where: str
    what: str
    detail: str = ""
    todo: str = ""
