"""The files of the lexicon, read: what each line says, and a clear word where one can't be used.

A file's name begins with the kind; a domain may follow: `skill_cloud.tsv`. Columns: id, group, implies (ids separated
by commas), Japanese forms, English forms (separated by `|`). Lines that begin with `#` are a recruiter's notes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable

from ranking.folding import fold

KINDS = ("skill", "function", "role", "level", "industry", "certificate")
_ALL_KINDS = (*KINDS, "ignored")
_HYPHEN = re.compile(r"(?<=[a-z0-9])-(?=[a-z0-9])")


class BrokenLexicon(ValueError):
    """A lexicon file can't be used. The message is one line: file, line and what to do."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a file."""

    where: str
    kind: str
    id: str
    group: str
    implies: tuple[str, ...]
    japanese: tuple[str, ...]
    english: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """All lines. `forms`: flattened words → (concept id, whether they count only next to another skill)."""

    entries: dict[str, Entry]
    forms: dict[str, tuple[str, bool]]
    fingerprint: str


def flat(folded: str) -> str:
    """Write hyphens inside Latin words as blanks, so that "full-stack" and "full stack" are one form."""
    return _HYPHEN.sub(" ", folded)


def sources(folder: Traversable) -> list[tuple[str, Traversable]]:
    """List a folder's files with their kinds: `skill.tsv`, `skill_cloud.tsv` … Raises `BrokenLexicon` for other names."""
    if not folder.is_dir():
        raise BrokenLexicon(f"the lexicon folder {folder} is not there; set KAKUYAKU_LEXICON to a folder of .tsv files")
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        if not entry.name.endswith(".tsv"):
            continue
        kind = re.split(r"[_.]", entry.name, maxsplit=1)[0]
        if kind not in _ALL_KINDS:
            raise BrokenLexicon(
                f"{entry.name}: the file name must begin with one of {', '.join(_ALL_KINDS)}; rename it"
            )
        found.append((kind, entry))
    return sorted(found, key=lambda pair: (_ALL_KINDS.index(pair[0]), pair[1].name))


def read(chosen: Sequence[tuple[str, Traversable]]) -> Book:
    """Read (kind, file) pairs. A later line with an id that is there adds its forms to that concept."""
    entries: dict[str, Entry] = {}
    forms: dict[str, tuple[str, bool]] = {}
    digest = hashlib.sha256()
    for kind, source in chosen:
        content = _text(source)
        digest.update(f"{kind}\n{content}".encode())
        seen: dict[str, int] = {}
        for number, line in enumerate(content.splitlines()[1:], start=2):
            if not line.strip() or line.startswith("#"):
                continue
            where = f"{source.name}, line {number}"
            entry = _entry(kind, line, where)
            if entry.id in seen:
                raise BrokenLexicon(
                    f"{where}: the id {entry.id} is taken already in line {seen[entry.id]}; choose another"
                )
            seen[entry.id] = number
            _learn_forms(forms, entry)
            if kind == "ignored":
                continue
            before = entries.get(entry.id)
            entries[entry.id] = _merged(before, entry) if before else entry
    for entry in entries.values():
        for implied in entry.implies:
            if implied not in entries:
                raise BrokenLexicon(
                    f"{entry.where}: {entry.id} implies {implied}, which the lexicon doesn't have;"
                    " correct the third column"
                )
    return Book(entries, forms, digest.hexdigest())


def _text(source: Traversable) -> str:
    try:
        return source.read_bytes().decode("utf-8-sig")  # spreadsheets like to begin a file with a byte order mark
    except UnicodeDecodeError:
        raise BrokenLexicon(f"{source.name} is not UTF-8 text; save it as UTF-8, tab-separated") from None


def _entry(kind: str, line: str, where: str) -> Entry:
    fields = [field.strip() for field in line.split("\t")]
    if len(fields) != 5:
        raise BrokenLexicon(
            f"{where}: five columns are needed, found {len(fields)};"
            " put one tab between id, group, implies, Japanese forms and English forms, empty ones too"
        )
    concept_id, group, implied, ja, en = fields
    entry = Entry(where, kind, concept_id, group, _split(implied.replace(",", "|")), _split(ja), _split(en))
    if not concept_id:
        raise BrokenLexicon(f"{where}: the id is missing; put a short Latin name into the first column")
    if not entry.japanese and not entry.english:
        raise BrokenLexicon(f"{where}: {concept_id} has no form; put at least one into the fourth or fifth column")
    return entry


def _learn_forms(forms: dict[str, tuple[str, bool]], entry: Entry) -> None:
    """Note whose each form is. Raises `BrokenLexicon` when another concept has it: a word must mean one thing."""
    for form in (*entry.japanese, *entry.english):
        words = flat(fold(form.lstrip("~")).text)
        if not words:
            raise BrokenLexicon(f"{entry.where}: {entry.id} has an empty form; take out the lone ~")
        owner = forms.setdefault(words, (entry.id, form.startswith("~")))[0]
        if owner != entry.id:
            raise BrokenLexicon(
                f"{entry.where}: the form {form} belongs to {owner} already; take it out of one of the two,"
                f" or add to {owner} by using its id"
            )


def _merged(before: Entry, more: Entry) -> Entry:
    if before.kind != more.kind:
        raise BrokenLexicon(f"{more.where}: {more.id} is a {before.kind} in {before.where}; choose another id")
    return replace(
        before,
        group=more.group or before.group,
        implies=tuple(dict.fromkeys((*before.implies, *more.implies))),
        japanese=tuple(dict.fromkeys((*before.japanese, *more.japanese))),
        english=tuple(dict.fromkeys((*before.english, *more.english))),
    )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())
