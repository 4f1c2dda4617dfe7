"""How well descriptions are read: labelled ones against the parser, field by field.

A folder holds descriptions (`.txt`, `.html`), each beside a label file of the same name (`.json`). A scalar field is one
decision a description: right when value and label agree, and when both are absent. A labelled must or nice is one
decision, found when a unit of its kind has a quote that overlaps one of its spans where they stand in the text; a unit
of that kind that overlaps neither a labelled item nor an "optional" span is one wrong decision.

What this can't see: overlap is lenient. A quote of a whole line finds every item that line names, two units may find
the same item, and which concept of the lexicon a unit was given isn't looked at. So the items' figures say that the
right words were noticed as must or nice, not that they were understood; the scalar fields are compared exactly.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ranking.folding import fold
from ranking.requirement import plain_text, read_requirement
from ranking.values import LanguageNeed, Level, Requirement, Skill, Stated

_EXACT = ("place", "remote", "employment", "seniority", "reason", "trial_months", "visa")
FIELDS = ("title", "years", "japanese", "english", "pay", *_EXACT, "reports_to", "must", "nice")
_EDGES = " \n\t()[]{}【】「」『』<>《》〔〕・/|:-*#■◆●▼◇□"


class Unlabelled(ValueError):
    """The folder holds no labelled description, or one of its labels can't be read."""


@dataclass(slots=True)
class Tally:
    """Decisions of one field. `stated`: what labels say; `read`: what the parser gave; `hits`: how much of that is right;
    `found`: how much of what labels say was read. The last two differ for items alone, where two units may find one.
    """

    right: int = 0
    total: int = 0
    stated: int = 0
    read: int = 0
    hits: int = 0
    found: int = 0
    absent_right: int = 0
    absent: int = 0

    def row(self, name: str) -> dict[str, Any]:
        return {
            "field": name,
            "right": self.right,
            "decisions": self.total,
            "share": _share(self.right, self.total),
            "precision": _share(self.hits, self.read),
            "recall": _share(self.found, self.stated),
            "absent_right": self.absent_right,
            "absent": self.absent,
        }


@dataclass(slots=True)
class Reading:
    """What a folder's descriptions came to. `failures`: (description, field, expected, read)."""

    descriptions: int = 0
    tallies: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in FIELDS})
    failures: list[tuple[str, str, str, str]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def overall(self) -> dict[str, Any]:
        """All decisions together, and only those where the label or the parser said something."""
        right = sum(t.right for t in self.tallies.values())
        total = sum(t.total for t in self.tallies.values())
        both_absent = sum(t.absent_right for t in self.tallies.values())
        return {
            "right": right,
            "decisions": total,
            "share": _share(right, total),
            "without_absent_right": right - both_absent,
            "without_absent_decisions": total - both_absent,
            "without_absent_share": _share(right - both_absent, total - both_absent),
        }


def measure(folder: Path) -> Reading:
    """Read every labelled description of a folder, in the order of their names. Raises `Unlabelled`."""
    found = Reading()
    for description, label in _labelled(folder):
        text = description.read_text(encoding="utf-8")
        plain = plain_text(text)
        began = time.perf_counter()
        requirement = read_requirement(text)
        found.milliseconds.append((time.perf_counter() - began) * 1000)
        found.descriptions += 1
        for name in FIELDS[:-2]:
            _scalar(found, description.name, name, label, requirement)
        for name in ("must", "nice"):
            _items(found, description.name, name, label, requirement, plain)
    if not found.descriptions:
        raise Unlabelled(f"{folder} holds no labelled description: put NAME.json beside each NAME.txt or NAME.html.")
    return found


def _labelled(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(folder.iterdir()):
        if path.suffix not in (".txt", ".html"):
            continue
        beside = path.with_suffix(".json")
        if not beside.exists():
            raise Unlabelled(f"{path.name} has no label beside it: write {beside.name}, or move the description away.")
        try:
            label = json.loads(beside.read_text(encoding="utf-8"))
        except ValueError as error:
            raise Unlabelled(f"{beside.name} is not JSON ({error}); mend the label.") from error
        yield path, label


def _scalar(found: Reading, text: str, name: str, label: dict[str, Any], requirement: Requirement) -> None:
    tally = found.tallies[name]
    stated: Stated[Any] | None = getattr(requirement, name)
    tally.total += 1
    tally.stated += name in label
    tally.read += stated is not None
    tally.absent += name not in label
    if name not in label and stated is None:
        tally.absent_right += 1
        tally.right += 1
        return
    if name in label and stated is not None and _agree(name, label, stated):
        tally.right += 1
        tally.hits += 1
        tally.found += 1
        return
    said = "absent" if stated is None else f"{_compact(stated.value)} 「{' '.join(stated.quote.words.split())}」"
    found.failures.append((text, name, _compact(label.get(name, "absent")), said))


def _agree(name: str, label: dict[str, Any], stated: Stated[Any]) -> bool:
    wanted, value = label[name], stated.value
    if name == "title":
        return _bare(value) in {_bare(one) for one in (wanted, *label.get("title_also", ()))}
    if name == "reports_to":
        expected, said = _bare(wanted), _bare(value)
        return expected in said or said in expected
    if name == "years":
        return bool((value.low, value.high) == (wanted.get("low"), wanted.get("high")))
    if isinstance(value, LanguageNeed):
        return value == LanguageNeed(Level[wanted["level"].upper()], wanted["required"])
    if name == "pay":
        keys = ("low", "high", "ote", "fixed_overtime_hours")
        return all(getattr(value, key) == wanted.get(key) for key in keys)
    return bool(value == wanted)


def _items(found: Reading, text: str, name: str, label: dict[str, Any], requirement: Requirement, plain: str) -> None:
    tally = found.tallies[name]
    units: tuple[Stated[Skill], ...] = getattr(requirement, name)
    places = [(u.quote.start, u.quote.end) for u in units]
    used: set[int] = set()
    tally.read += len(units)
    for item in label.get(name, ()):
        tally.total += 1
        tally.stated += 1
        spans = [span for words in item for span in _occurrences(plain, words)]
        if not spans:
            raise Unlabelled(f"the label of {text} names {item}, which doesn't stand in its text; mend the label.")
        meeting = {i for i, place in enumerate(places) if any(_overlap(place, span) for span in spans)}
        used |= meeting
        tally.right += bool(meeting)
        tally.found += bool(meeting)
        if not meeting:
            found.failures.append((text, name, " / ".join(item), "not found"))
    optional = [span for item in label.get("optional", ()) for words in item for span in _occurrences(plain, words)]
    for i, unit in enumerate(units):
        if i in used or any(_overlap(places[i], span) for span in optional):
            tally.hits += 1
            continue
        tally.total += 1
        found.failures.append((text, name, "no such item", f"「{' '.join(unit.quote.words.split())}」"))


def _occurrences(plain: str, words: str) -> list[tuple[int, int]]:
    """Where words stand in a text, widths, case, dashes and runs of blanks aside."""
    folded = fold(plain)
    pattern = r"\s+".join(re.escape(part) for part in fold(words).text.split())
    return [(folded.starts[m.start()], folded.ends[m.end() - 1]) for m in re.finditer(pattern, folded.text)]


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _bare(words: str) -> str:
    return "".join(fold(words).text.strip(_EDGES).split())


def _compact(value: object) -> str:
    if isinstance(value, LanguageNeed):
        return f"{value.level.name.lower()}{'' if value.required else ', not required'}"
    return value if isinstance(value, str) else str(value)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
