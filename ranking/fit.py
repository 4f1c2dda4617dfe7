"""Fit the frozen tables on generated bilingual text: `python -m ranking.fit` writes `data/tables.npz`.

Run it by hand when the lexicon or the features change, commit the file, and every score gets a new version. A
randomised SVD in numpy alone; about two minutes and 2 GB of memory. Deterministic for a given numpy.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranking.encoder import BUCKETS, CONCEPT_WEIGHT, DIMENSIONS, Tables, encode, ngram_rows
from ranking.facts import read_facts
from ranking.lexicon import lexicon
from ranking.universe import Family, GeneratedPerson, families, generate

_PEOPLE, _PAIRS, _POOL = 6_000, 3_000, 400
_FIT_SEED, _POOL_SEED, _JUDGE_SEED = 101, 202, 303
Document = tuple[str, tuple[str, ...]]


def main() -> None:
    """Fit and write the tables."""
    people = list(generate(_PEOPLE, _FIT_SEED))
    documents = [_document(p) for p in people]
    corpus = [*documents, *_pairs(people, documents), *_dictionary(), *_dictionary()]
    ids = tuple(sorted(lexicon().concepts))
    frozen = _project(corpus, documents, [p.language for p in people], ids)
    pool = np.stack([encode(*_document(p), frozen=frozen) for p in generate(_POOL, _POOL_SEED)])
    steepness, midpoint = _logistic(frozen, pool)
    target = Path(__file__).parent / "data" / "tables.npz"
    np.savez_compressed(
        target,
        projection=frozen.projection.astype(np.int16),
        weights=frozen.weights.astype(np.int16),
        concepts=np.array(",".join(ids)),
        pool=pool,
        scale=np.float64(frozen.scale),
        steepness=np.float64(steepness),
        midpoint=np.float64(midpoint),
    )
    sys.stdout.write(f"{target}: {target.stat().st_size / 1e6:.1f} MB, logistic {steepness} × (z − {midpoint})\n")


def _document(person: GeneratedPerson) -> Document:
    return person.profile.text, read_facts(person.profile).concepts


def _pairs(people: list[GeneratedPerson], documents: list[Document]) -> Iterator[Document]:
    """Join a Japanese and an English text of the same line of work, so that their words meet in one direction."""
    by_family: dict[tuple[str, str], list[Document]] = {}
    for person, document in zip(people, documents, strict=True):
        by_family.setdefault((person.family, person.language), []).append(document)
    draw = random.Random(_FIT_SEED)  # noqa: S311 nothing secret
    names = sorted({person.family for person in people})
    for _ in range(_PAIRS):
        family = draw.choice(names)
        ja, en = draw.choice(by_family[family, "ja"]), draw.choice(by_family[family, "en"])
        yield f"{ja[0]}\n{en[0]}", tuple(sorted({*ja[1], *en[1]}))


def _dictionary() -> Iterator[Document]:
    """Write every concept as a text of all its forms, with its closest relatives."""
    lex = lexicon()
    for concept in lex.concepts.values():
        yield " / ".join(concept.forms * 2), concept.closure


def _project(corpus: list[Document], documents: list[Document], languages: list[str], ids: tuple[str, ...]) -> Tables:
    rows_of = {concept: BUCKETS + i for i, concept in enumerate(ids)}
    features = BUCKETS + len(ids)
    seen = np.zeros(features)
    parsed: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]] = []
    for text, concepts in corpus:
        grams, counts = ngram_rows(text)
        known = np.array(sorted(rows_of[c] for c in concepts if c in rows_of), dtype=np.int64)
        seen[grams] += 1
        seen[known] += 1
        parsed.append((grams, counts, known))
    weights = np.rint(1024 * np.clip(np.log((1 + len(corpus)) / (1 + seen)), 0.05, 8.0))
    weights[:BUCKETS][seen[:BUCKETS] < 2] = 0  # a bucket the corpus hardly knows has no direction to point in
    matrix = np.zeros((len(corpus), features), np.float32)
    for row, (grams, counts, known) in enumerate(parsed):
        block = (1 + np.log(counts)) * weights[grams]
        matrix[row, grams] = block / max(float(np.linalg.norm(block)), 1e-9)
        if len(known):
            matrix[row, known] = CONCEPT_WEIGHT * weights[known] / float(np.linalg.norm(weights[known]))
    matrix -= matrix.mean(axis=0)
    basis = _svd(matrix, DIMENSIONS + 16)
    del matrix
    basis = _without_language(basis, parsed[: len(documents)], weights, languages)[:, :DIMENSIONS]
    projection = np.rint(basis / np.abs(basis).max() * 32_000)
    loose = Tables(projection, weights, rows_of, np.zeros((0, DIMENSIONS), np.int8), 1.0, 1.0, 0.0, "")
    sample = np.stack([encode(text, concepts, frozen=loose) for text, concepts in documents[:1500]])
    scale = float(np.quantile(np.abs(sample.astype(np.float64)) / 127.0, 0.9995))
    return Tables(projection, weights, rows_of, loose.pool, round(scale, 4), 1.0, 0.0, "")


def _svd(matrix: NDArray[np.float32], rank: int) -> NDArray[np.float64]:
    """Find the leading right singular vectors, damped so that no single direction rules the similarity."""
    generator = np.random.default_rng(_FIT_SEED)
    sketch = matrix @ generator.standard_normal((matrix.shape[1], rank + 24), dtype=np.float32)
    for _ in range(4):
        sketch, _ = np.linalg.qr(sketch)
        sketch = matrix @ (matrix.T @ sketch)
    sketch, _ = np.linalg.qr(sketch)
    _, _, right = np.linalg.svd(sketch.T @ matrix, full_matrices=False)
    return right[:rank].T.astype(np.float64)


def _without_language(
    basis: NDArray[np.float64],
    parsed: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]],
    weights: NDArray[np.float64],
    languages: list[str],
) -> NDArray[np.float64]:
    """Take out the direction in which Japanese texts differ from English ones as a whole."""
    projected = np.zeros((len(parsed), basis.shape[1]))
    for row, (grams, counts, known) in enumerate(parsed):
        block = (1 + np.log(counts)) * weights[grams]
        projected[row] = block @ basis[grams] / max(float(np.linalg.norm(block)), 1e-9)
        if len(known):
            projected[row] += CONCEPT_WEIGHT * weights[known] @ basis[known] / float(np.linalg.norm(weights[known]))
    is_ja = np.array([language == "ja" for language in languages])
    apart = projected[is_ja].mean(axis=0) - projected[~is_ja].mean(axis=0)
    apart /= np.linalg.norm(apart)
    return basis - np.outer(basis @ apart, apart)


def _logistic(frozen: Tables, pool: NDArray[np.int8]) -> tuple[float, float]:
    """Fit one logistic over all lines of work: how much of what a description names does a profile of this closeness have?

    The target is the share of the named concepts a profile has, 60 % counting as all; people with none of them and
    people with some weigh the same, because a store holds far more of the former.
    """
    judged = [_document(p) for p in generate(1_500, _JUDGE_SEED)]
    vectors = np.stack([encode(*document, frozen=frozen) for document in judged]).astype(np.float64)
    z: list[NDArray[np.float64]] = []
    covered: list[NDArray[np.float64]] = []
    for family in families():
        for language in ("ja", "en"):
            text, wanted = _description(family, language)
            query = encode(text, wanted, frozen=frozen).astype(np.float64)
            reference = pool.astype(np.float64) @ query
            z.append((vectors @ query - reference.mean()) / reference.std())
            share = np.array([len(set(wanted) & set(concepts)) / len(wanted) for _, concepts in judged])
            covered.append(np.minimum(1.0, share / 0.6))
    x, y = np.concatenate(z), np.concatenate(covered)
    some = y > 0
    weight = np.where(some, 0.5 / some.mean(), 0.5 / (1 - some.mean()))
    steepness, midpoint = 1.0, 1.5
    for _ in range(6_000):
        error = weight * (1 / (1 + np.exp(-steepness * (x - midpoint))) - y)
        steepness -= 0.2 * float(np.mean(error * (x - midpoint)))
        midpoint += 0.2 * float(np.mean(error * steepness))
    return round(steepness, 3), round(midpoint, 3)


def _description(family: Family, language: str) -> Document:
    lex = lexicon()
    wanted = [*family.roles[:1], *family.core[:5]]
    labels = [lex.concepts[c].label_ja if language == "ja" else lex.concepts[c].label_en for c in wanted]
    return "\n".join(labels), lex.expand(wanted)


if __name__ == "__main__":
    main()
