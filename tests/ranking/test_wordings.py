"""How each scalar field is worded in postings, and the sentences in which it must stay absent.

`wordings/<field>.tsv` holds the wording (``\\n`` for a line break), its language, the value expected and the batch. Each
wording is read inside a plain posting. Every value was written down before the reader saw the batch once; what it
made of them on that first run is in `FIRST_RUN`, the honest figure: afterwards the reader was mended on them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from ranking.requirement import read_requirement
from ranking.values import LanguageNeed, Level, Pay, Stated, Years

_FOLDER = Path(__file__).parent / "wordings"
_FRAMES = {
    "ja": "職種：物流事務スタッフ\n\n{}\n\n選考：書類選考のうえ面接2回",
    "en": "Job title: Logistics Coordinator\n\n{}\n\nHow to apply: send us your CV.",
}


@dataclass(frozen=True, slots=True)
class Wording:
    field: str
    words: str
    language: str
    expected: str
    batch: str

    @property
    def posting(self) -> str:
        words = self.words.replace("\\n", "\n")
        return words if self.field == "seniority" else _FRAMES[self.language].format(words)


def wordings() -> list[Wording]:
    """Read all tables, in the order of their names."""
    found: list[Wording] = []
    for path in sorted(_FOLDER.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as table:
            rows = csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
            next(rows)
            found.extend(Wording(path.stem, words, language, value, batch) for words, language, value, batch in rows)
    return found


def read(field: str, posting: str) -> str:
    """What the reader makes of one field, in the words of the tables."""
    stated: Stated[object] | None = getattr(read_requirement(posting), _ATTRIBUTES.get(field, field))
    if stated is None:
        return "absent"
    value = stated.value
    if isinstance(value, LanguageNeed):
        return f"{Level(value.level).name.lower()} {'required' if value.required else 'welcome'}"
    if isinstance(value, Pay):
        band = "-".join("" if bound is None else str(bound) for bound in (value.low, value.high))
        ote = "" if value.ote is None else f" ote {value.ote}"
        overtime = "" if value.fixed_overtime_hours is None else f" overtime {value.fixed_overtime_hours:g}"
        return band + ote + overtime
    if isinstance(value, Years):
        return f"{value.low:g}" + ("" if value.high is None else f"-{value.high:g}")
    return f"{value:g}" if isinstance(value, float) else str(value)


_ATTRIBUTES = {"trial": "trial_months"}


# Right on the first run of each batch, stated and absent together. A batch was written after the reader had been mended
# on the one before; batch 3 looks for what is said rarely on purpose.
FIRST_RUN = {
    "employment": (0.71, 0.85, 0.73),
    "english": (0.67, 0.88, 0.76),
    "japanese": (0.77, 0.88, 0.71),
    "pay": (0.74, 0.97, 0.79),
    "place": (0.85, 0.84, 0.82),
    "reason": (0.64, 0.81, 0.57),
    "remote": (0.71, 0.74, 0.58),
    "reports_to": (0.68, 0.88, 0.89),
    "seniority": (0.89, 1.00),
    "trial": (0.76, 1.00),
    "visa": (0.93, 0.73, 0.64),
    "years": (0.97, 1.00),
}
# What the reader still gets wrong, and why that is left as it is.
_UNREAD = {
    "N1 rocket engines are exhibited in our museum.": "N1 alone is a certificate wherever it stands",
    "当社はリモートと対面のいいとこ取りで働いています。": "what a company says of itself is not read as terms",
}


@pytest.mark.parametrize("wording", wordings(), ids=lambda w: f"{w.field}-{w.batch}-{w.words[:40]}")
def test_a_wording_is_read_as_a_recruiter_reads_it(wording: Wording, request: pytest.FixtureRequest) -> None:
    """Each wording of the tables gives the value beside it, or none where it states none."""
    if wording.words in _UNREAD:
        request.applymarker(pytest.mark.xfail(reason=_UNREAD[wording.words], strict=True))
    assert read(wording.field, wording.posting) == wording.expected


def test_every_field_has_wordings_that_state_it_and_sentences_that_do_not() -> None:
    """The tables would prove little if a field had only one of both kinds."""
    fields = {w.field for w in wordings()}
    assert fields == set(FIRST_RUN)
    for field in fields:
        absent = [w.expected == "absent" for w in wordings() if w.field == field]
        assert sum(absent) >= 10 and absent.count(False) >= 20, field
