"""The words of the trade in both languages: `data/lexicon/*.tsv`, one concept a line, readable and extendable.

A file's name begins with the kind (skill, function, role, level, industry, certificate; `ignored` holds phrases that
only look like concepts). Concepts of one group are near substitutes; what a concept implies follows from it. The first
form of a language is its label. A form marked `~` (Go, R, C) counts only next to another skill on its line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from ranking.folding import Folded, fold, is_latin
from ranking.lexicon_files import Book, Entry, flat, read, sources
from ranking.values import Quote, Skill

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

    def _candidates(self, folded: str) -> list[tuple[str, int, int, bool]]:
        found: list[tuple[str, int, int, bool]] = []
        text = flat(folded)
        end_of_last = 0
        openings = self.openings
        for match in self.starts.finditer(text):
            i = match.start()
            if i < end_of_last:
                continue
            opening = openings.get(text[i : i + 2]) or openings.get(text[i])
            if opening is None:
                continue
            long = opening.long.get(text[i : i + _LONG])
            for form, concept_id, ambiguous in (*long, *opening.short) if long else opening.short:
                end = _end_of(form, text, i)
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


def _end_of(form: str, text: str, start: int) -> int:
    """Where the form that begins at `start` ends, a Latin plural included; 0 when it isn't there as a word."""
    if not text.startswith(form, start):
        return 0
    end = start + len(form)
    last, following = form[-1], text[end : end + 1]
    if is_latin(last) and following and is_latin(following):
        after = text[end + 1 : end + 2]
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


_VERB = re.compile(r" (?:for|with|ahead|to|and|beyond|deep|easy)\b")
_SENTENCE_END = re.compile(r"[。．]|\. ")

_OWN: list[Path] = []  # the folder laid over the shipped lexicon: none or one


def lay_over(folder: Path | None) -> None:
    """Lay a recruiter's own folder over the shipped lexicon from now on; None: the shipped one alone.

    To be called before texts are read: what was found with other words must not be compared. Raises `BrokenLexicon`.
    """
    wanted = [folder.resolve()] if folder else []
    if wanted != _OWN:
        with_folder(folder)  # read before anything changes, so that a broken file leaves the words as they were
        _OWN[:] = wanted
        lexicon.cache_clear()


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Load the lexicon in force once per process. Raises `BrokenLexicon` naming file, line and what to do."""
    return with_folder(_OWN[0] if _OWN else None)


def with_folder(folder: Path | None) -> Lexicon:
    """Build the shipped lexicon with a folder laid over it. Raises `BrokenLexicon`."""
    shipped = sources(files("ranking") / "data" / "lexicon")
    return load(shipped + sources(folder) if folder else shipped)


def load(chosen: Sequence[tuple[str, Traversable]]) -> Lexicon:
    """Build a lexicon from (kind, file) pairs. Raises `BrokenLexicon`."""
    book: Book = read(chosen)
    return Lexicon(
        _concepts(book.entries), _openings(book.forms), _starts(book.forms), _groups(book.entries), book.fingerprint
    )


def _concepts(entries: dict[str, Entry]) -> dict[str, Concept]:
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


def _groups(entries: dict[str, Entry]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for entry in entries.values():
        groups.setdefault(f"{entry.kind}/{entry.group}", []).append(entry.id)
    return {key: tuple(sorted(members)) for key, members in groups.items()}
