"""The words of the trade in both languages: `data/lexicon/*.tsv`, one concept a line, readable and extendable.

A file's name is the kind (skill, function, role, level, industry, certificate; `ignored` holds phrases that only look
like concepts). Columns: id, group (concepts of one group are related), implies (ids that follow from it), Japanese
forms, English forms, separated by `|`; the first form of a language is its label. A form marked `~` (Go, R, C) counts
only next to another skill on its line.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from ranking.folding import Folded, fold, is_latin
from ranking.values import Quote, Skill

KINDS = ("skill", "function", "role", "level", "industry", "certificate")
_COMPETENCE = frozenset({"skill", "function", "certificate"})
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


@dataclass(frozen=True, slots=True)
class Lexicon:
    concepts: dict[str, Concept]
    by_opening: dict[str, tuple[tuple[str, str, bool], ...]]  # first two characters → (form, concept id, ambiguous)
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
        length = len(flat)
        opening = self.by_opening
        end_of_last = 0
        for match in _STARTS.finditer(flat):
            i = match.start()
            if i < end_of_last:
                continue
            entries = opening.get(flat[i : i + 2], ()) or ()
            alone = opening.get(flat[i], ())
            for form, concept_id, ambiguous in (*entries, *alone):
                if not flat.startswith(form, i):
                    continue
                end = i + len(form)
                if is_latin(form[-1]) and end < length and is_latin(flat[end]):
                    plural = flat[end] == "s" and len(form) > 3 and not (end + 1 < length and is_latin(flat[end + 1]))
                    if not plural:
                        continue
                    end += 1
                elif form[-1].isascii() and end < length and flat[end] in "+#" and form[-1] not in "+#":
                    continue
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
# A form may start at any non-Latin character, or where a Latin word starts.
_STARTS = re.compile(r"[^\x00-\x7f]|\.(?=[a-z])|(?<![a-z0-9])[a-z0-9]")


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Load the shipped lexicon once per process. Raises `ValueError` naming file and line for a broken entry."""
    folder = files("ranking") / "data" / "lexicon"
    return load([(kind, folder / f"{kind}.tsv") for kind in (*KINDS, "ignored")])


def load(sources: list[tuple[str, Traversable]]) -> Lexicon:
    """Build a lexicon from (kind, file) pairs."""
    raw: dict[str, tuple[str, str, tuple[str, ...], str, str, tuple[str, ...]]] = {}
    forms: list[tuple[str, str, bool]] = []
    digest = hashlib.sha256()
    for kind, source in sources:
        content = source.read_text(encoding="utf-8")
        digest.update(f"{kind}\n{content}".encode())
        for number, line in enumerate(content.splitlines()[1:], start=2):
            fields = line.split("\t")
            if len(fields) != 5:
                raise ValueError(f"{source.name}, line {number}: five columns are needed, found {len(fields)}")
            concept_id, group, implied, ja, en = fields
            if concept_id in raw:
                raise ValueError(f"{source.name}, line {number}: the id {concept_id} is taken already")
            japanese, english = _split(ja), _split(en)
            for form in (*japanese, *english):
                ambiguous = form.startswith("~")
                forms.append((_HYPHEN.sub(" ", fold(form.lstrip("~")).text), concept_id, ambiguous))
            if kind == "ignored":
                continue
            label_en = (english or japanese)[0].lstrip("~")
            label_ja = (japanese or english)[0].lstrip("~")
            plain = tuple(form.lstrip("~") for form in (*japanese, *english))
            raw[concept_id] = (kind, group, _split(implied.replace(",", "|")), label_ja, label_en, plain)
    return Lexicon(_concepts(raw), _openings(forms), _groups(raw), digest.hexdigest())


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _concepts(
    raw: dict[str, tuple[str, str, tuple[str, ...], str, str, tuple[str, ...]]],
) -> dict[str, Concept]:
    concepts: dict[str, Concept] = {}
    for concept_id, (kind, group, _implied, label_ja, label_en, forms) in raw.items():
        seen = {concept_id}
        open_ends = [concept_id]
        while open_ends:
            for implied in raw[open_ends.pop()][2]:
                if implied not in raw:
                    raise ValueError(f"{concept_id} implies {implied}, which the lexicon doesn't have")
                if implied not in seen:
                    seen.add(implied)
                    open_ends.append(implied)
        concepts[concept_id] = Concept(concept_id, kind, group, label_ja, label_en, forms, tuple(sorted(seen)))
    return concepts


def _openings(forms: list[tuple[str, str, bool]]) -> dict[str, tuple[tuple[str, str, bool], ...]]:
    """Index forms by their first two characters, longest first; the first entry wins where two share a form."""
    first: dict[str, tuple[str, bool]] = {}
    for form, concept_id, ambiguous in forms:
        first.setdefault(form, (concept_id, ambiguous))
    table: dict[str, list[tuple[str, str, bool]]] = {}
    for form in sorted(first, key=lambda f: (-len(f), f)):
        table.setdefault(form[:2], []).append((form, *first[form]))
    return {opening: tuple(entries) for opening, entries in table.items()}


def _groups(
    raw: dict[str, tuple[str, str, tuple[str, ...], str, str, tuple[str, ...]]],
) -> dict[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = {}
    for concept_id, (kind, group, *_) in raw.items():
        groups.setdefault(f"{kind}/{group}", []).append(concept_id)
    return {key: tuple(sorted(members)) for key, members in groups.items()}
