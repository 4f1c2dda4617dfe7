"""Fit the frozen tables: `python -m ranking.fit` writes `data/tables.npz`.

Run it by hand when the lexicon, the words of the trades or the features change, commit the file, and every score gets a
new version. Each line of work of `data/universe/words.tsv` is a direction; a feature points to the lines that say it, in
proportion, less what ordinary careers and life outside work say anyway. The lexicon's forms and the universe's duties are then read with these
directions and lend theirs to the words beside them, in both languages. Half a minute; deterministic for a given numpy.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranking.encoder import DIMENSIONS, Tables, encode, ngrams, tables_of
from ranking.facts import read_facts
from ranking.features import features
from ranking.folding import fold
from ranking.lexicon import lexicon
from ranking.universe import GeneratedPerson, families, generate
from ranking.values import Profile

_POOL_SEED, _JUDGE_SEED = 202, 303
_POOL_PEOPLE, _POOL_WRITTEN = 300, 2  # generated people, and texts a line of work and language
_DOUBT = 0.5  # what a feature seen once lacks to certainty
_ORDINARY = 3.0  # how much an ordinary career's word counts against a line of work's
_NEUTRAL = 4.0  # how much a sentence about life outside work does
_LENT = 0.3  # what words read with the first directions count beside written ones
_CLEAREST, _LEAST = 0.3, 0.15  # how clear a text must be to lend its direction, and from which share on
_FULL = 32_000
_ORDINARY_WORDS = "-"
Words = tuple[str, tuple[str, ...], tuple[str, ...]]  # line of work, Japanese, English
Document = tuple[str, tuple[str, ...]]


def main() -> None:
    """Fit and write the tables."""
    lines = trades()
    ids = tuple(sorted(lexicon().concepts))
    keys, projection = _project(lines, ids)
    frozen = tables_of(keys, projection, ids, pool=np.zeros((0, DIMENSIONS), np.int8))
    written = [document for _, document in _written(_POOL_WRITTEN, _POOL_SEED)]
    people = [_profile(p.profile.text) for p in _evenly(_POOL_PEOPLE, _POOL_SEED)]
    loose = np.stack([encode(*one, frozen=frozen) for one in (*people, *written)])
    scale = round(float(np.quantile(np.abs(loose.astype(np.float64)) / 127.0, 0.9995)), 4)
    frozen = tables_of(keys, projection, ids, pool=frozen.pool, scale=scale)
    pool = np.stack([encode(*one, frozen=frozen) for one in (*people, *written)])
    judged = [_profile(p.profile.text) for p in generate(1_500, _JUDGE_SEED)]
    fitted = logistic(frozen, pool, judged)
    assert fitted is not None  # the invented people have what the lines of work name
    steepness, midpoint = fitted
    target = Path(__file__).parent / "data" / "tables.npz"
    np.savez_compressed(
        target,
        keys=keys,
        projection=projection,
        concepts=np.array(",".join(ids)),
        pool=pool,
        scale=np.float64(scale),
        steepness=np.float64(steepness),
        midpoint=np.float64(midpoint),
    )
    sys.stdout.write(
        f"{target}: {target.stat().st_size / 1e6:.1f} MB, {len(keys)} features, {len(lines)} lines of work, {len(pool)} in"
        f" the pool, scale {scale}, logistic {steepness} × (z − {midpoint})\n"
    )


# ── the words ────────────────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=1)
def _words() -> tuple[Words, ...]:
    rows = (files("ranking") / "data" / "universe" / "words.tsv").read_text(encoding="utf-8").splitlines()[1:]
    split = [row.split("\t") for row in rows]
    return tuple((trade, tuple(ja.split("|")), tuple(en.split("|"))) for trade, ja, en in split)


@lru_cache(maxsize=1)
def _neutral() -> tuple[str, ...]:
    """Read the sentences about weather, meals, journeys and good manners: what they say, no line of work owns."""
    return tuple((files("ranking") / "data" / "universe" / "neutral.txt").read_text(encoding="utf-8").splitlines())


def trades() -> tuple[str, ...]:
    """Name the lines of work, one a direction. Raises `ValueError` when there are more than directions."""
    found = tuple(sorted({trade for trade, _, _ in _words()} - {_ORDINARY_WORDS}))
    if len(found) > DIMENSIONS:
        raise ValueError(f"words.tsv has {len(found)} lines of work; there are {DIMENSIONS} directions.")
    return found


def _concepts(text: str) -> tuple[str, ...]:
    lex = lexicon()
    return lex.expand(hit.concept.id for hit in lex.find(text))


def _profile(text: str) -> Document:
    """Encode a text as a profile's is: what it denies is not in it."""
    facts = read_facts(Profile("p", text))
    return facts.readable, facts.concepts


# ── the directions ───────────────────────────────────────────────────────────────────────────────────────────────


class _Counts:
    """How often each feature and concept is said in each line of work, and in ordinary careers."""

    def __init__(self, lines: tuple[str, ...]) -> None:
        self.width = len(lines)
        self.numbers = {line: i for i, line in enumerate(lines)}
        self.said: dict[int | str, NDArray[np.float64]] = {}
        self.ordinary: Counter[int | str] = Counter()
        self.neutral = Counter(
            feature for line in _neutral() for feature in set(map(int, features(fold(line).text)[0]))
        )

    def add(self, text: str, shares: NDArray[np.float64]) -> None:
        for feature in _things(text):
            if feature not in self.said:
                self.said[feature] = np.zeros(self.width)
            self.said[feature] += shares

    def share(self, line: str) -> NDArray[np.float64]:
        only = np.zeros(self.width)
        only[self.numbers[line]] = 1.0
        return only

    def projection(self, ids: tuple[str, ...]) -> tuple[NDArray[np.uint32], NDArray[np.int16]]:
        """Lay the directions out: features by hash, then concepts; a share of 1 is _FULL."""
        keys = sorted(key for key in self.said if isinstance(key, int))
        rows = np.zeros((len(keys) + len(ids), DIMENSIONS), np.int16)
        both: list[int | str] = [*keys, *ids]
        # Where somebody works, or stayed on a journey, says nothing of what they do.
        industries = {concept.id for concept in lexicon().concepts.values() if concept.kind == "industry"}
        for row, key in enumerate(both):
            said = self.said.get(key)
            if said is not None and key not in industries:
                against = _ORDINARY * self.ordinary[key]
                if isinstance(key, int):
                    against += _NEUTRAL * self.neutral[key]
                whole = float(said.sum()) + _DOUBT + against
                rows[row, : self.width] = np.rint(_FULL * said / whole)
        return np.array(keys, np.uint32), rows


def _things(text: str) -> set[int | str]:
    return {*map(int, features(fold(text).text)[0]), *_concepts(text)}


def _project(lines: tuple[str, ...], ids: tuple[str, ...]) -> tuple[NDArray[np.uint32], NDArray[np.int16]]:
    counts = _Counts(lines)
    for line, japanese, english in _words():
        for phrase in (*japanese, *english):
            if line == _ORDINARY_WORDS:
                counts.ordinary.update(_things(phrase))
            else:
                counts.add(phrase, counts.share(line))
    first = tables_of(*counts.projection(ids), ids, pool=np.zeros((0, DIMENSIONS), np.int8))
    for group in _together():
        shares = _direction(group, first)[: counts.width]
        if shares.any():
            for text in group:
                counts.add(text, _LENT * shares)
    return counts.projection(ids)


def _together() -> Iterator[tuple[str, ...]]:
    """Group texts that say the same: a concept's forms in both languages, a line of work's duties."""
    for concept in lexicon().concepts.values():
        yield concept.forms
    for family in families():
        yield from zip(family.duties_ja, family.duties_en, strict=False)


def _direction(texts: Iterable[str], first: Tables) -> NDArray[np.float64]:
    """Say to which lines of work a group of texts points, adding up to one; nowhere unless it is clear."""
    rows: set[int] = set()
    for text in texts:
        rows.update(map(int, ngrams(fold(text).text, first)[0]))
        rows.update(first.concepts[c] for c in _concepts(text))
    total = first.projection[sorted(rows)].astype(np.float64).sum(axis=0) / _FULL
    whole = float(total.sum())
    if whole < _CLEAREST:
        return np.zeros(DIMENSIONS)
    shares = total / whole
    return np.where(shares >= _LEAST, shares, 0.0)


# ── the pool and the logistic ────────────────────────────────────────────────────────────────────────────────────


def _written(each: int, seed: int) -> Iterator[tuple[str, Document]]:
    """Write texts from a line of work's words with ordinary ones between, `each` a language."""
    draw = random.Random(seed)  # noqa: S311 nothing secret
    ordinary = next((ja, en) for line, ja, en in _words() if line == _ORDINARY_WORDS)
    for line in trades():
        rows = [(ja, en) for name, ja, en in _words() if name == line]
        for language in (0, 1):
            words = [word for row in rows for word in row[language]]
            for _ in range(each):
                said = draw.sample(words, min(len(words), draw.randrange(4, 9)))
                said += draw.sample(ordinary[language], 12)
                draw.shuffle(said)
                yield line, _profile(("、" if language == 0 else ", ").join(said))


def _evenly(people: int, seed: int) -> Iterator[GeneratedPerson]:
    """Generate people, as many of each family as there is room for."""
    most = -(-people // len(families()))
    seen: Counter[str] = Counter()
    for person in generate(people * 40, seed):
        if seen[person.family] < most and seen.total() < people:
            seen[person.family] += 1
            yield person


def logistic(frozen: Tables, pool: NDArray[np.int8], judged: Sequence[Document]) -> tuple[float, float] | None:
    """Fit one logistic over all lines of work: how much of what a description names does a profile of this closeness have?

    The target is the share of the named concepts a profile has, 60 % counting as all; people with none of them and
    people with some weigh the same, because a store holds far more of the former. None where nobody has any.
    """
    vectors = np.stack([encode(*document, frozen=frozen) for document in judged]).astype(np.float64)
    z: list[NDArray[np.float64]] = []
    covered: list[NDArray[np.float64]] = []
    lex = lexicon()
    for family in families():
        wanted = [*family.roles[:1], *family.core[:5]]
        expanded = lex.expand(wanted)
        for language in ("ja", "en"):
            labels = [lex.concepts[c].label_ja if language == "ja" else lex.concepts[c].label_en for c in wanted]
            query = encode("\n".join(labels), expanded, frozen=frozen).astype(np.float64)
            reference = pool.astype(np.float64) @ query
            if not reference.std():
                continue  # nobody in the pool is any closer to this line of work than the others
            z.append((vectors @ query - reference.mean()) / reference.std())
            share = np.array([len(set(expanded) & set(concepts)) / len(expanded) for _, concepts in judged])
            covered.append(np.minimum(1.0, share / 0.6))
    x, y = np.concatenate(z), np.concatenate(covered)
    some = y > 0
    if not some.any() or some.all():
        return None
    weight = np.where(some, 0.5 / some.mean(), 0.5 / (1 - some.mean()))
    steepness, midpoint = 1.0, 1.5
    for _ in range(6_000):
        error = weight * (1 / (1 + np.exp(-steepness * (x - midpoint))) - y)
        steepness -= 0.2 * float(np.mean(error * (x - midpoint)))
        midpoint += 0.2 * float(np.mean(error * steepness))
    return round(steepness, 3), round(midpoint, 3)


if __name__ == "__main__":
    main()
