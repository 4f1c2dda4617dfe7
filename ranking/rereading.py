"""The second reading: the best of everybody are read again by a sentence encoder, requirement units × text chunks.

The index alone scores everyone. Who comes first by it is read again here: each unit's words against each chunk of the
person's text, the best chunk counting (MaxSim), standardised per description and language against a fixed pool of
invented people encoded by the same model, through the same logistic. Closeness is the mean of both readings; a skill
the lexicon didn't find counts as related where a chunk is clearly closer to it than the pool's. Nothing quoted, met or
contradicted changes. A person's second score is the same alone or among others.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranking.census import of_every_block
from ranking.chunks import Chunk, chunks_of
from ranking.columns import Block
from ranking.facts import Reading, read_text
from ranking.plan import TOTAL, Plan, Unit
from ranking.questions import CONTRADICTED, NOT_FOUND, REACH, RELATED, STEPS, answers_of, question_of, standard
from ranking.requirement import text_language
from ranking.score import Scores, closeness_share, language_maximum, rounded, score_version
from ranking.sentence_encoder import SentenceEncoder, open_encoder
from ranking.universe import generate
from ranking.values import Profile, Quote
from ranking.vector_cache import VectorCache

REREADING_CODE = 1  # raised by hand when the same model gives another second score
MOST_SHARE = 0.6  # of a skill's points that likeness alone can earn
CLEAR = 2 * STEPS  # from how far above the pool likeness to a skill is evidence of it
POOL_SEED, POOL_EACH = 404, 3  # invented people a line of work and language
_SKILLS = ("concept", "role")
_LIKENESS = ("similarity", "phrase")


@dataclass(frozen=True, slots=True)
class Reread:
    """Second scores, with the chunk each changed unit rests on: `quotes[row][unit number]`."""

    scores: Scores
    quotes: tuple[Mapping[int, Quote], ...]


@dataclass(frozen=True, slots=True)
class _Person:
    """A person's chunks and their vectors, (chunks, dimensions) whole numbers."""

    chunks: tuple[Chunk, ...]
    vectors: NDArray[np.float64]
    reading: Reading

    def closest(self, queries: NDArray[np.float64], language: str) -> tuple[float, int] | None:
        """Give the mean over the queries of the best chunk's closeness, and the chunk closest to them together."""
        rows = [number for number, chunk in enumerate(self.chunks) if chunk.language == language]
        if not rows:
            return None
        products = self.vectors[rows] @ queries.T  # whole numbers below 2**53: exact in any order
        return float(products.max(axis=0).mean()), rows[int(np.argmax(products.sum(axis=1)))]


class Rereader:
    """Reads people again with one encoder. `people`: how many of the best. Threads may share it; close it at the end."""

    def __init__(self, encoder: SentenceEncoder, cache: Path | None = None, people: int = 200) -> None:
        self.encoder, self.people = encoder, people
        self._cache: VectorCache | None = None
        self._pool_file: Path | None = None
        if cache is not None:
            self._cache = VectorCache(
                cache / f"people-{encoder.fingerprint}.sqlite3", encoder.fingerprint, encoder.config.dimensions
            )
            self._pool_file = cache.parent / f"pool-{self._pool_name()}.npz"
        self._pool: tuple[_Person, ...] | None = None
        self._queries = lru_cache(maxsize=512)(self._encoded_queries)
        self._standard = lru_cache(maxsize=512)(self._standard_of)

    def close(self) -> None:
        if self._cache is not None:
            self._cache.close()

    @property
    def version(self) -> str:
        """Name what a second score depends on: the first score's version, the encoder, this code, its pool."""
        return f"{score_version()}+{self._pool_name()[:8]}"

    def forget(self, ids: Sequence[str]) -> None:
        """Drop what is kept of these people: they have changed, or are gone."""
        if self._cache is not None:
            self._cache.forget(ids)

    def kept(self) -> list[str]:
        """List whose vectors are kept."""
        return self._cache.ids() if self._cache is not None else []

    def read_again(self, scores: Scores, block: Block, profiles: Mapping[str, Profile], month: int | None) -> Reread:
        """Score the people of a block again; who is in no profile keeps the first score."""
        plan = scores.plan
        points, statuses = scores.points.copy(), scores.statuses.copy()
        likeness = [number for number, unit in enumerate(plan.units) if unit.kind in _LIKENESS]
        answers = answers_of([question_of(plan.units[number]) for number in likeness], block, month)
        first = dict(zip(likeness, answers, strict=True))
        ids = [raw.decode() for raw in block.ids.tolist()]
        read = of_every_block(lambda one: self._person(profiles[one]) if one in profiles else None, ids)
        quotes: list[dict[int, Quote]] = []
        for row, person in enumerate(read):
            found: dict[int, Quote] = {}
            for number, unit in enumerate(plan.units) if person is not None else ():
                assert person is not None
                if unit.kind in _LIKENESS:
                    answer = int(first[number][row]) if standard(unit.phrase) is not None else None
                elif unit.kind not in _SKILLS or statuses[row, number] not in (NOT_FOUND, RELATED):
                    continue
                second = self._answer(unit, person)
                if second is None:
                    continue
                steps, chunk = second
                if unit.kind in _LIKENESS:
                    steps = steps if answer is None else (steps + answer + 1) // 2
                    whole = MOST_SHARE if unit.kind == "phrase" else 1.0
                    points[row, number] = round(whole * closeness_share(steps) * unit.maximum)
                    found[number] = chunk.quote(person.reading)
                elif steps - REACH >= CLEAR:
                    worth = round(MOST_SHARE * closeness_share(steps) * unit.maximum)
                    if worth > points[row, number]:
                        points[row, number], statuses[row, number] = worth, RELATED
                        found[number] = chunk.quote(person.reading)
            quotes.append(found)
        return Reread(_added_up(scores, points, statuses), tuple(quotes))

    # ── people ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _person(self, profile: Profile) -> _Person:
        """Cut a person's text up and encode the chunks the model knows the language of, or take them from the cache."""
        reading = read_text(profile.text)
        chunks = tuple(c for c in chunks_of(reading) if c.language in self.encoder.config.languages)
        text = hashlib.sha256("\0".join(chunk.text for chunk in chunks).encode()).hexdigest()
        vectors = self._cache.read(profile.id, text) if self._cache is not None else None
        if vectors is None or len(vectors) != len(chunks):
            vectors = self.encoder.passages([chunk.text for chunk in chunks])
            if self._cache is not None:
                self._cache.write(profile.id, text, vectors)
        return _Person(chunks, vectors.astype(np.float64), reading)

    def _answer(self, unit: Unit, person: _Person) -> tuple[int, Chunk] | None:
        """Give a unit's closeness as the index gives it, in steps from −8 standard deviations; None if not to be told."""
        best: tuple[int, Chunk] | None = None
        for language in self.encoder.config.languages:
            reference = self._standard(unit, language)
            found = person.closest(self._queries(unit), language) if reference is not None else None
            if reference is None or found is None:
                continue
            steps = round(min(2 * REACH, max(0.0, (found[0] - reference[0]) / reference[1] * STEPS + REACH)))
            if best is None or steps > best[0]:
                best = steps, person.chunks[found[1]]
        return best

    # ── what is asked for ────────────────────────────────────────────────────────────────────────────────────────

    def _encoded_queries(self, unit: Unit) -> NDArray[np.float64]:
        return self.encoder.queries(words_of(unit, self.encoder.config.languages)).astype(np.float64)

    def _standard_of(self, unit: Unit, language: str) -> tuple[float, float] | None:
        """Give mean and deviation of the pool's closeness to a unit; None without words the model knows."""
        queries = self._queries(unit)
        if not len(queries):
            return None
        found = [near[0] for one in self._reference() if (near := one.closest(queries, language)) is not None]
        spread = float(np.std(found)) if len(found) > 1 else 0.0
        return (float(np.mean(found)), spread) if spread > 0 else None

    # ── the pool ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _pool_name(self) -> str:
        texts = hashlib.sha256("\0".join(_pool_texts()).encode()).hexdigest()
        return hashlib.sha256(f"{REREADING_CODE}|{self.encoder.fingerprint}|{texts}".encode()).hexdigest()[:16]

    def _reference(self) -> tuple[_Person, ...]:
        """Encode the pool once per model; kept beside the cache, since it takes a real model a minute."""
        if self._pool is None:
            read = [read_text(text) for text in _pool_texts()]
            cut = [tuple(c for c in chunks_of(one) if c.language in self.encoder.config.languages) for one in read]
            lengths = np.cumsum([0, *map(len, cut)])
            vectors: NDArray[np.int16] | None = None
            if self._pool_file is not None and self._pool_file.exists():
                with np.load(self._pool_file) as stored:
                    vectors = stored["vectors"]
            if vectors is None or len(vectors) != lengths[-1]:
                parts = of_every_block(lambda chunks: self.encoder.passages([c.text for c in chunks]), cut)
                vectors = np.concatenate(parts)
                if self._pool_file is not None:
                    beside = self._pool_file.with_suffix(".new.npz")
                    np.savez(beside, vectors=vectors)
                    beside.replace(self._pool_file)
            whole = vectors.astype(np.float64)
            self._pool = tuple(
                _Person(chunks, whole[lengths[n] : lengths[n + 1]], one)
                for n, (chunks, one) in enumerate(zip(cut, read, strict=True))
            )
        return self._pool


def open_rereader(folder: Path, cache: Path | None = None, people: int = 200) -> Rereader:
    """Open a folder's encoder for reading again. Raises `EncoderError`."""
    return Rereader(open_encoder(folder), cache, people)


def words_of(unit: Unit, languages: Sequence[str]) -> tuple[str, ...]:
    """List the words a unit asks for that are in languages the model knows, each once."""
    lines = unit.phrase.split("\n") if unit.kind in _LIKENESS else [unit.label_ja, unit.label_en]
    words = (line.strip() for line in lines)
    return tuple(dict.fromkeys(word for word in words if word and text_language(word) in languages))


def _added_up(scores: Scores, points: NDArray[np.int32], statuses: NDArray[np.int8]) -> Scores:
    """Add points up as the first score does; what caps is as it was."""
    units = scores.plan.units
    rest = np.array([unit.dimension != "language" for unit in units], np.bool_)
    binding = np.array([unit.binding for unit in units], np.bool_)
    bare = ((statuses == CONTRADICTED) & binding & rest).any(axis=1)
    return replace(
        scores,
        points=points,
        statuses=statuses,
        score=rounded(points.sum(axis=1, dtype=np.int64), scores.capped),
        without_language=rounded(
            points[:, rest].sum(axis=1, dtype=np.int64), bare, of=TOTAL - language_maximum(Plan(units))
        ),
    )


@lru_cache(maxsize=1)
def _pool_texts() -> tuple[str, ...]:
    """Invent the pool: as many people of each line of work in each language, their texts without what the law bans."""
    seen: Counter[tuple[str, str]] = Counter()
    texts: list[str] = []
    for person in generate(4_000, POOL_SEED):
        kind = (person.family, text_language(person.profile.text))
        if seen[kind] < POOL_EACH:
            seen[kind] += 1
            texts.append(person.profile.text)
    return tuple(texts)
