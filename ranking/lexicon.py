"""The words of the trade in both languages: `data/lexicon/*.tsv`, one concept a line, readable and extendable.

A file's name begins with the kind (skill, function, role, level, industry, certificate; `ignored` holds phrases that
only look like concepts), a domain may follow: `skill_cloud.tsv`. Columns: id, group (concepts of one group are related), implies (ids that follow from it), Japanese
forms, English forms, separated by `|`; the first form of a language is its label. A form marked `~` (Go, R, C) counts
only next to another skill on its line.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from ranking.folding import Folded, fold, is_latin
from ranking.values import Quote, Skill

KINDS = ("skill", "function", "role", "level", "industry", "certificate")
_ALL_KINDS = (*KINDS, "ignored")
_COMPETENCE = frozenset({"skill", "function", "certificate"})
_LONG = 4
_NEIGHBOUR = 24  # folded characters an ambiguous form may stand from the skill that vouches for it


@dataclass(frozen=True, slots=True)
class Concept:
    """One entry. `closure` is the concept with everything it implies, transitively."""

    id: str
    kind: str
    group: str
    label_ja: str
    label_en: str
    forms: tuple[str, ...]
    closure: tuple[str, ...]

    @property
    def skill(self) -> Skill:
        return Skill(self.id, self.label_ja, self.label_en)


@dataclass(frozen=True, slots=True)
class Hit:
    """A concept found in a text: offsets in the folded text, and the quote from the original."""

    concept: Concept
    start: int
    end: int
    quote: Quote


_Form = tuple[str, str, bool]  # words, concept id, ambiguous


@dataclass(frozen=True, slots=True)
class _Opening:
    """The forms that share two characters, longest first; those of _LONG and more by their first _LONG characters."""

    long: dict[str, tuple[_Form, ...]]
    short: tuple[_Form, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All concepts, and how to find their forms in a text."""

    concepts: dict[str, Concept]
    openings: dict[str, _Opening]  # by the first two characters of a form
    starts: re.Pattern[str]  # where a form of this lexicon may begin
    groups: dict[str, tuple[str, ...]]
    fingerprint: str

    def related(self, concept_id: str) -> tuple[str, ...]:
        """Name the other concepts of the same kind and group."""
        concept = self.concepts.get(concept_id)
        if concept is None or not concept.group:
            return ()
        return tuple(other for other in self.groups[f"{concept.kind}/{concept.group}"] if other != concept_id)

    def expand(self, concept_ids: Iterable[str]) -> tuple[str, ...]:
        """Add what the concepts imply; unknown ids are left as they are. Sorted, without repeats."""
        found: set[str] = set()
        for concept_id in concept_ids:
            concept = self.concepts.get(concept_id)
            found.update(concept.closure if concept else (concept_id,))
        return tuple(sorted(found))

    def find(self, text: str | Folded, *, about_skills: bool = False) -> list[Hit]:
        """Find concepts, longest match first, in the order of the text.

        `about_skills`: the whole text speaks of what somebody should know, so a capitalised "Go" needs no neighbour.
        """
        folded = fold(text) if isinstance(text, str) else text
        return self._settle(folded, self._candidates(folded.text), about_skills)

    def _candidates(self, text: str) -> list[tuple[str, int, int, bool]]:
        found: list[tuple[str, int, int, bool]] = []
        flat = _HYPHEN.sub(" ", text)
        end_of_last = 0
        openings = self.openings
        for match in self.starts.finditer(flat):
            i = match.start()
            if i < end_of_last:
                continue
            opening = openings.get(flat[i : i + 2]) or openings.get(flat[i])
            if opening is None:
                continue
            long = opening.long.get(flat[i : i + _LONG])
            for form, concept_id, ambiguous in (*long, *opening.short) if long else opening.short:
                end = _end_of(form, flat, i)
                if end:
                    found.append((concept_id, i, end, ambiguous))
                    end_of_last = end
                    break
        return found

    def _settle(self, folded: Folded, candidates: list[tuple[str, int, int, bool]], about_skills: bool) -> list[Hit]:
        sure = [(s, e) for cid, s, e, a in candidates if not a and self._is_competence(cid)]
        hits: list[Hit] = []
        for concept_id, start, end, ambiguous in candidates:
            if ambiguous and not (
                _near(folded.text, start, end, sure)
                or _named_in_japanese(folded.text, start, end)
                or (about_skills and not _VERB.match(folded.text, end))
            ):
                continue
            concept = self.concepts.get(concept_id)
            if concept is None:
                continue  # an ignored phrase: it only kept shorter forms from matching inside it
            quote = folded.quote(start, end)
            if ambiguous and not _written_as_a_name(quote.words):
                continue
            hits.append(Hit(concept, start, end, quote))
        return hits

    def _is_competence(self, concept_id: str) -> bool:
        concept = self.concepts.get(concept_id)
        return concept is not None and concept.kind in _COMPETENCE


def _end_of(form: str, flat: str, start: int) -> int:
    """Where the form that begins at `start` ends, a Latin plural included; 0 when it isn't there as a word."""
    if not flat.startswith(form, start):
        return 0
    end = start + len(form)
    last, following = form[-1], flat[end : end + 1]
    if is_latin(last) and following and is_latin(following):
        after = flat[end + 1 : end + 2]
        plural = following == "s" and len(form) > 3 and not (after and is_latin(after))
        return end + 1 if plural else 0
    if last.isascii() and following in ("+", "#") and last not in "+#":
        return 0
    return end


def _near(text: str, start: int, end: int, sure: list[tuple[int, int]]) -> bool:
    """Whether an unambiguous skill stands close by in the same line and sentence."""
    for other_start, other_end in sure:
        between = text[min(other_end, end) : max(other_start, start)]
        if len(between) <= _NEIGHBOUR and "\n" not in between and not _SENTENCE_END.search(between):
            return True
    return False


def _named_in_japanese(text: str, start: int, end: int) -> bool:
    """Whether a Japanese particle follows: 「Goで」 is the language, while a single letter proves nothing."""
    return end - start > 1 and text[end : end + 1] in tuple("のでをやとはが、・")


def _written_as_a_name(words: str) -> bool:
    """Whether an ambiguous form is capitalised: "Go" the language, not "go" the verb."""
    return unicodedata.normalize("NFKC", words)[0].isupper()


_HYPHEN = re.compile(r"(?<=[a-z0-9])-(?=[a-z0-9])")
_VERB = re.compile(r" (?:for|with|ahead|to|and|beyond|deep|easy)\b")
_SENTENCE_END = re.compile(r"[。．]|\. ")


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Load the lexicon once per process: the shipped one, with the folder KAKUYAKU_LEXICON names laid over it.

    Raises `ValueError` naming file, line and what to do for a broken entry.
    """
    own = os.environ.get("KAKUYAKU_LEXICON", "").strip()
    shipped = sources(files("ranking") / "data" / "lexicon")
    return load(shipped + sources(Path(own)) if own else shipped)


def sources(folder: Traversable) -> list[tuple[str, Traversable]]:
    """List a folder's files with their kinds: `skill.tsv`, `skill_cloud.tsv` … Raises `ValueError` for other names."""
    if not folder.is_dir():
        raise ValueError(f"the lexicon folder {folder} is not there; set KAKUYAKU_LEXICON to a folder of .tsv files")
    found: list[tuple[str, Traversable]] = []
    for entry in folder.iterdir():
        if not entry.name.endswith(".tsv"):
            continue
        kind = re.split(r"[_.]", entry.name, maxsplit=1)[0]
        if kind not in _ALL_KINDS:
            raise ValueError(f"{entry.name}: the file name must begin with one of {', '.join(_ALL_KINDS)}; rename it")
        found.append((kind, entry))
    return sorted(found, key=lambda pair: (_ALL_KINDS.index(pair[0]), pair[1].name))


def load(chosen: Sequence[tuple[str, Traversable]]) -> Lexicon:
    """Build a lexicon from (kind, file) pairs. A later line with an id that is there adds its forms to that concept."""
    entries: dict[str, _Entry] = {}
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
                raise ValueError(
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
                raise ValueError(
                    f"{entry.where}: {entry.id} implies {implied}, which the lexicon doesn't have;"
                    " correct the third column"
                )
    return Lexicon(_concepts(entries), _openings(forms), _starts(forms), _groups(entries), digest.hexdigest())


@dataclass(frozen=True, slots=True)
class _Entry:
    """One line of a file."""

    where: str
    kind: str
    id: str
    group: str
    implies: tuple[str, ...]
    japanese: tuple[str, ...]
    english: tuple[str, ...]


def _text(source: Traversable) -> str:
    try:
        return source.read_bytes().decode("utf-8-sig")  # spreadsheets like to begin a file with a byte order mark
    except UnicodeDecodeError:
        raise ValueError(f"{source.name} is not UTF-8 text; save it as UTF-8, tab-separated") from None


def _entry(kind: str, line: str, where: str) -> _Entry:
    fields = [field.strip() for field in line.split("\t")]
    if len(fields) != 5:
        raise ValueError(
            f"{where}: five columns are needed, found {len(fields)};"
            " put one tab between id, group, implies, Japanese forms and English forms, empty ones too"
        )
    concept_id, group, implied, ja, en = fields
    entry = _Entry(where, kind, concept_id, group, _split(implied.replace(",", "|")), _split(ja), _split(en))
    if not concept_id:
        raise ValueError(f"{where}: the id is missing; put a short Latin name into the first column")
    if not entry.japanese and not entry.english:
        raise ValueError(f"{where}: {concept_id} has no form; put at least one into the fourth or fifth column")
    return entry


def _learn_forms(forms: dict[str, tuple[str, bool]], entry: _Entry) -> None:
    """Note whose each form is. Raises `ValueError` when another concept has it: a word must mean one thing."""
    for form in (*entry.japanese, *entry.english):
        words = _HYPHEN.sub(" ", fold(form.lstrip("~")).text)
        if not words:
            raise ValueError(f"{entry.where}: {entry.id} has an empty form; take out the lone ~")
        owner = forms.setdefault(words, (entry.id, form.startswith("~")))[0]
        if owner != entry.id:
            raise ValueError(
                f"{entry.where}: the form {form} belongs to {owner} already; take it out of one of the two,"
                f" or add to {owner} by using its id"
            )


def _merged(before: _Entry, more: _Entry) -> _Entry:
    if before.kind != more.kind:
        raise ValueError(f"{more.where}: {more.id} is a {before.kind} in {before.where}; choose another id")
    return _Entry(
        before.where,
        before.kind,
        before.id,
        more.group or before.group,
        tuple(dict.fromkeys((*before.implies, *more.implies))),
        tuple(dict.fromkeys((*before.japanese, *more.japanese))),
        tuple(dict.fromkeys((*before.english, *more.english))),
    )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _concepts(entries: dict[str, _Entry]) -> dict[str, Concept]:
    concepts: dict[str, Concept] = {}
    for entry in entries.values():
        seen = {entry.id}
        open_ends = [entry.id]
        while open_ends:
            for implied in entries[open_ends.pop()].implies:
                if implied not in seen:
                    seen.add(implied)
                    open_ends.append(implied)
        label_ja = (entry.japanese or entry.english)[0].lstrip("~")
        label_en = (entry.english or entry.japanese)[0].lstrip("~")
        plain = tuple(form.lstrip("~") for form in (*entry.japanese, *entry.english))
        concepts[entry.id] = Concept(entry.id, entry.kind, entry.group, label_ja, label_en, plain, tuple(sorted(seen)))
    return concepts


def _openings(forms: dict[str, tuple[str, bool]]) -> dict[str, _Opening]:
    """Index forms by their first two characters; a form of one is tried last wherever a longer one may begin."""
    ordered: list[_Form] = [(form, *forms[form]) for form in sorted(forms, key=lambda f: (-len(f), f))]
    longs: dict[str, dict[str, list[_Form]]] = {}
    shorts: dict[str, list[_Form]] = {}
    for entry in ordered:
        form = entry[0]
        if len(form) >= _LONG:
            longs.setdefault(form[:2], {}).setdefault(form[:_LONG], []).append(entry)
        else:
            shorts.setdefault(form[:2], []).append(entry)
    return {
        opening: _Opening(
            {start: tuple(entries) for start, entries in longs.get(opening, {}).items()},
            (*shorts.get(opening, ()), *(shorts.get(opening[0], ()) if len(opening) > 1 else ())),
        )
        for opening in {*longs, *shorts}
    }


def _starts(forms: Iterable[str]) -> re.Pattern[str]:
    """Match where a form may begin: at a first character, before a second one, a Latin word only at its start."""
    firsts = {form[0] for form in forms}
    seconds = "".join(map(re.escape, sorted({form[1] for form in forms if len(form) > 1})))
    latin = "".join(sorted(filter(is_latin, firsts)))
    other = "".join(map(re.escape, sorted(first for first in firsts if not is_latin(first))))
    single = "".join(map(re.escape, sorted(form for form in forms if len(form) == 1))) or "^\\x00-\\U0010ffff"
    return re.compile(rf"(?:(?<![a-z0-9])[{latin}]|[{other}])(?=[{seconds}])|(?<![a-z0-9])[{single}](?![a-z0-9])")


def _groups(entries: dict[str, _Entry]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for entry in entries.values():
        groups.setdefault(f"{entry.kind}/{entry.group}", []).append(entry.id)
    return {key: tuple(sorted(members)) for key, members in groups.items()}
