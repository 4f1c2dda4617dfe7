"""How well replies are read: labelled mails against the rules, folder by folder (`tests/fixtures/replies/README.md`).

A folder is read twice: with the letter each mail answers at hand, as the service has it, and without. What may never
happen is counted apart: somebody who refused, took back or wished not to be written to, acted on as a yes.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from plugin.scouting.intent import INTENTS, REASONS, TOPICS, Intent
from plugin.scouting.mime import parse
from plugin.scouting.reading import as_sent, read

COLUMNS = ("file", "letter", "intent", "person", "topic", "when", "reason", "erasure")
BESIDE = ("topic", "when", "reason", "erasure")
_AGAINST = {"declined", "opt_out", "withdraw"}
_ALLOWED = {"intent": INTENTS, "person": ("yes", "no"), "topic": TOPICS, "reason": REASONS, "erasure": ("yes",)}


class Unlabelled(ValueError):
    """The folder holds no labelled reply, or one of its labels can't be read."""


@dataclass(frozen=True, slots=True)
class Label:
    """What a reply means, as a person said: each column's allowed answers, none where it has nothing to say."""

    file: str
    letter: str
    intent: tuple[str, ...]
    person: str
    topic: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    reason: tuple[str, ...] = ()
    erasure: bool = False


@dataclass(slots=True)
class Read:
    """What one reading of a folder came to. Names in the lists are files."""

    total: int = 0
    right: int = 0
    person_asked: int = 0
    person_right: int = 0
    labelled: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    beside: dict[str, list[int]] = field(default_factory=lambda: {name: [0, 0, 0] for name in BESIDE})
    no_as_yes: list[str] = field(default_factory=list)
    doubted_as_yes: list[str] = field(default_factory=list)
    silenced: list[str] = field(default_factory=list)
    left_unsilenced: list[str] = field(default_factory=list)
    wrong: list[tuple[str, str, str, str]] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def rows(self) -> list[dict[str, Any]]:
        """One row an intent: how many labels and readings name it, and how often both do."""
        return [
            {
                "intent": kind,
                "labelled": self.labelled[kind],
                "read": self.said[kind],
                "right": self.hits[kind],
                "precision": _share(self.hits[kind], self.said[kind]),
                "recall": _share(self.hits[kind], self.labelled[kind]),
            }
            for kind in INTENTS
            if self.labelled[kind] or self.said[kind]
        ]

    def totals(self) -> dict[str, Any]:
        """The figures of a whole folder."""
        return {
            "replies": self.total,
            "right": self.right,
            "share": _share(self.right, self.total),
            "who_acts_right": self.person_right,
            "who_acts_labelled": self.person_asked,
            "no_as_yes": len(self.no_as_yes),
            "doubted_as_yes": len(self.doubted_as_yes),
            "silenced_without_wish": len(self.silenced),
            "left_unsilenced": len(self.left_unsilenced),
            **{
                name: {"labelled": labelled, "right": right, "read_where_none": spurious}
                for name, (labelled, right, spurious) in self.beside.items()
            },
        }


def measure(folder: Path, *, letters: bool = True) -> Read:
    """Read every labelled reply of a folder; `letters`: with the letter it answers at hand. Raises `Unlabelled`."""
    found = Read()
    for label in labels_of(folder):
        path = folder / label.file
        if not path.is_file():
            raise Unlabelled(f"{label.file} stands in {folder / 'labels.tsv'} and not in the folder; mend the label.")
        letter = parse((folder / label.letter).read_bytes()) if letters and label.letter else None
        raw = path.read_bytes()
        began = time.perf_counter()
        mail = parse(raw)
        ours = as_sent(letter) if letter is not None else None
        intent = read(mail, ours, our_subject=letter.subject if letter is not None else "").intent
        found.milliseconds.append((time.perf_counter() - began) * 1000)
        _count(found, label, intent)
    return found


def labels_of(folder: Path) -> list[Label]:
    """The labels of a folder, in the order they are written down. Raises `Unlabelled`."""
    path = folder / "labels.tsv"
    if not path.is_file():
        raise Unlabelled(f"{folder} holds no labels.tsv; see the README of the replies for its columns.")
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")]
        if len(cells) != len(COLUMNS):
            raise Unlabelled(f"{path}, line {number}: {len(cells)} columns, {len(COLUMNS)} are needed; mend the label.")
        values = dict(zip(COLUMNS, ("" if cell == "-" else cell for cell in cells), strict=True))
        for name, allowed in _ALLOWED.items():
            strange = [one for one in _several(values[name]) if one not in allowed]
            if strange:
                raise Unlabelled(f"{path}, line {number}: {strange[0]} is no {name}; mend the label.")
        found.append(
            Label(
                values["file"],
                values["letter"],
                _several(values["intent"]),
                values["person"],
                _several(values["topic"]),
                _several(values["when"]),
                _several(values["reason"]),
                values["erasure"] == "yes",
            )
        )
    if not found:
        raise Unlabelled(f"{path} labels no reply.")
    return found


def _several(cell: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in cell.split("|") if one.strip())


def _count(found: Read, label: Label, intent: Intent) -> None:
    meant = intent.kind if intent.kind in label.intent else label.intent[0]
    right = meant == intent.kind
    found.total += 1
    found.right += right
    found.labelled[meant] += 1
    found.said[intent.kind] += 1
    found.hits[meant] += right
    shown = intent.kind + (f" ({intent.because})" if intent.doubtful else "")
    if not right:
        found.wrong.append((label.file, "intent", "|".join(label.intent), shown))
    if label.person:
        found.person_asked += 1
        agreed = (label.person == "yes") == intent.doubtful
        found.person_right += agreed
        if not agreed:
            found.wrong.append((label.file, "person", label.person, shown))
    acted_as_yes = intent.kind == "interested" and not intent.doubtful
    if acted_as_yes and "interested" not in label.intent and _AGAINST & set(label.intent):
        found.no_as_yes.append(label.file)
    elif acted_as_yes and (label.person == "yes" or "interested" not in label.intent):
        found.doubted_as_yes.append(label.file)
    if intent.opt_out and "opt_out" not in label.intent:
        found.silenced.append(label.file)
    if label.intent == ("opt_out",) and not intent.opt_out:
        found.left_unsilenced.append(label.file)
    _beside(found, label, intent)


def _beside(found: Read, label: Label, intent: Intent) -> None:
    erasure = ("yes",) if label.erasure else ()
    pairs: tuple[tuple[str, tuple[str, ...], str | date | None, bool], ...] = (
        ("topic", label.topic, intent.topic, intent.topic in label.topic),
        ("when", label.when, intent.when, _same_time(label.when, intent.when)),
        ("reason", label.reason, intent.reason, intent.reason in label.reason),
        ("erasure", erasure, "yes" if intent.erasure else "", intent.erasure == label.erasure),
    )
    for name, wanted, said, right in pairs:
        tally = found.beside[name]
        if wanted:
            tally[0] += 1
            tally[1] += right
        elif said:
            tally[2] += 1
        if (wanted and not right) or (said and not wanted and name in ("when", "erasure")):
            found.wrong.append((label.file, name, "|".join(wanted) or "-", str(said or "-")))


def _same_time(wanted: tuple[str, ...], said: date | None) -> bool:
    return said is not None and any(said.isoformat().startswith(one) for one in wanted)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
