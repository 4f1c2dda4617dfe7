"""The one note a SmartRecruiters job has: our parts of it between marks, everybody else's text untouched.

`PUT /jobs/{id}/note` replaces the whole note, so it is read, our part replaced, and written back.
"""

from __future__ import annotations

import re

SHORTLIST = "候補者リスト / shortlist"
MESSAGE = "お知らせ / message"
LINK = "確認ページ / page"


def part(note: str, name: str) -> str:
    """Our part of a note, "" when it isn't there."""
    found = _pattern(name).search(note)
    return found.group("body").strip() if found else ""


def with_part(note: str, name: str, body: str) -> str:
    """The note with our part replaced, added at the end, or taken out where `body` is empty."""
    found = _pattern(name).search(note)
    block = f"▼ kakuyaku {name}\n{_unmarked(body).strip()}\n▲ kakuyaku {name}" if body.strip() else ""
    if found:
        before, after = note[: found.start()].rstrip("\n"), note[found.end() :].lstrip("\n")
        return "\n\n".join(each for each in (before, block, after) if each)
    return "\n\n".join(each for each in (note.rstrip("\n"), block) if each)


def same(one: str, other: str) -> bool:
    """Compare as a person would: line ends and trailing blanks may change on the way."""
    return _plain(one) == _plain(other)


def _pattern(name: str) -> re.Pattern[str]:
    mark = re.escape(name)
    # Whatever stands between the marks: somebody's editor may have made its own line ends, or HTML, of ours.
    return re.compile(rf"▼ kakuyaku {mark}(?P<body>.*?)▲ kakuyaku {mark}", re.DOTALL)


def _unmarked(body: str) -> str:
    # A text of ours can't close its own part.
    return body.replace("▲ kakuyaku", "△ kakuyaku").replace("▼ kakuyaku", "▽ kakuyaku")


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()
