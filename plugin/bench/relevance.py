"""`bench relevance`: does the score put the right people first? Against BM25, character n-grams and chance.

A folder holds one JSON file a description, each with profiles graded 0 to 3 (`tests/fixtures/judged/README.md`). Every
ranking sees the same texts; the score reads the description and the profiles as `kakuyaku rank` does. Equal scores are
ordered by id, as everywhere. Differences come with a paired bootstrap over descriptions, and as a check over
descriptions and the profiles within each.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plugin.bench.baselines import bm25, character_ngrams, rarity, tfidf_cosine, words_and_bigrams
from ranking.judge import Judge
from ranking.requirement import read_requirement
from ranking.values import Profile

Floats = NDArray[np.float64]
Ranker = Callable[["Judged"], Floats]
RELEVANT = 2
DAY = date(2026, 11, 1)  # jobs still running count up to here, whenever this is run
RESAMPLES, _SEED = 10_000, 20_261_121
_SHUFFLES = 2_000
MEASURES = ("ndcg_5", "ndcg_10", "auc", "across")


class Unjudged(ValueError):
    """The folder holds nothing that can be measured; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A description with its graded profiles, by id. `across`: who writes in the other language."""

    slug: str
    language: str
    description: str
    ids: tuple[str, ...]
    texts: tuple[str, ...]
    grades: NDArray[np.int64]
    across: NDArray[np.bool_]
    plain: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Difference:
    """The score's mean minus a baseline's, with the 2.5 and 97.5 % points of the resampled means."""

    measure: str
    baseline: str
    mean: float
    low: float
    high: float
    low_within: float
    high_within: float

    @property
    def clear(self) -> bool:
        """Whether the interval over descriptions excludes 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Relevance:
    """`by_ranker` (ranker → measure → one figure a description, in the order of `slugs`)."""

    slugs: tuple[str, ...]
    languages: tuple[str, ...]
    by_ranker: dict[str, dict[str, Floats]]
    differences: tuple[Difference, ...]


def read_judged(folder: Path) -> list[Judged]:
    """Read a folder of judged descriptions. Raises `Unjudged` when there are none or one is not readable as such."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            people = sorted(raw["profiles"], key=lambda one: str(one["id"]))
            judged = Judged(
                raw["slug"],
                raw["description_language"],
                raw["description"],
                tuple(one["id"] for one in people),
                tuple(one["text"] for one in people),
                np.array([one["grade"] for one in people], np.int64),
                np.array([one["language"] != raw["description_language"] for one in people], np.bool_),
                np.array([one["plain"] for one in people], np.bool_),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise Unjudged(
                f"{path.name} is not a judged description ({error}): see the README beside the set."
            ) from error
        if not (judged.grades >= RELEVANT).any() or (judged.grades >= RELEVANT).all():
            raise Unjudged(f"{path.name} needs people graded {RELEVANT} or more and people graded less.")
        found.append(judged)
    if not found:
        raise Unjudged(f"{folder} holds no judged descriptions (*.json).")
    return found


# ── rankings ─────────────────────────────────────────────────────────────────────────────────────────────────────


def by_score(judged: Judged) -> Floats:
    """Score the profiles from their text alone, as `kakuyaku rank` does."""
    people = [Profile(number, text) for number, text in zip(judged.ids, judged.texts, strict=True)]
    scored = Judge.score_profiles(read_requirement(judged.description), None, people, reference_date=DAY)
    found = {one.profile_id: one.score for one in scored}
    return np.array([found[number] for number in judged.ids], np.float64)


def baselines(folder: Sequence[Judged]) -> dict[str, Ranker]:
    """Name the baselines: each with rarity counted over the description's own profiles, and over the whole folder's."""
    everyone = sorted({text for judged in folder for text in judged.texts})
    whole_words, whole_ngrams = rarity(everyone, words_and_bigrams), rarity(everyone, character_ngrams)
    return {
        "BM25 (30)": lambda j: bm25(j.description, j.texts, rarity(j.texts, words_and_bigrams)),
        "BM25 (all)": lambda j: bm25(j.description, j.texts, whole_words),
        "n-grams (30)": lambda j: tfidf_cosine(j.description, j.texts, rarity(j.texts, character_ngrams)),
        "n-grams (all)": lambda j: tfidf_cosine(j.description, j.texts, whole_ngrams),
    }


# ── measures ─────────────────────────────────────────────────────────────────────────────────────────────────────


def order(scores: Floats) -> NDArray[np.int64]:
    """Rank best first; equals keep the order of ids. Takes (…, profiles)."""
    return np.argsort(-scores, axis=-1, kind="stable")


def ndcg(grades: NDArray[np.int64], ranked: NDArray[np.int64], depth: int) -> Floats:
    """Normalised discounted gain, gain 2**grade − 1, over the last axis."""
    gains = (2.0**grades - 1)[..., :]
    discount = 1 / np.log2(np.arange(2, depth + 2))
    best = -np.sort(-gains, axis=-1)[..., :depth] @ discount
    reached = np.take_along_axis(gains, ranked, axis=-1)[..., :depth] @ discount
    return np.asarray(np.where(best > 0, reached / np.where(best > 0, best, 1), 1.0))


def measured(judged: Judged, scores: Floats) -> dict[str, float]:
    """Measure one ranking of one description.

    `auc`: how often a relevant profile stands above another (ties half). `across`: the share of the relevant profiles
    in the other language among the first ten. `across_rank` and `plain_rank`: mean place, from 1.
    """
    ranked = order(scores)
    place = np.empty(len(ranked), np.int64)
    place[ranked] = np.arange(1, len(ranked) + 1)
    good = judged.grades >= RELEVANT
    above = (scores[good][:, None] > scores[~good]).mean() + 0.5 * (scores[good][:, None] == scores[~good]).mean()
    other, plain = good & judged.across, good & judged.plain
    return {
        "ndcg_5": float(ndcg(judged.grades, ranked, 5)),
        "ndcg_10": float(ndcg(judged.grades, ranked, 10)),
        "auc": float(above),
        "across": float((place[other] <= 10).mean()) if other.any() else float("nan"),
        "across_rank": float(place[other].mean()) if other.any() else float("nan"),
        "plain_rank": float(place[plain].mean()) if plain.any() else float("nan"),
    }


def by_chance(judged: Judged) -> dict[str, float]:
    """What a shuffled order reaches on average."""
    draw = np.random.default_rng(_SEED)
    rows = [measured(judged, draw.random(len(judged.ids))) for _ in range(_SHUFFLES)]
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


# ── comparison ───────────────────────────────────────────────────────────────────────────────────────────────────


def measure(*folders: Path) -> Relevance:
    """Rank every description of the folders by every ranking and compare the score with each baseline."""
    judged = [one for folder in folders for one in read_judged(folder)]
    rankers: dict[str, Ranker] = {"score": by_score, **baselines(judged)}
    scores = {name: [rank(one) for one in judged] for name, rank in rankers.items()}
    rows = {name: [measured(one, s) for one, s in zip(judged, found, strict=True)] for name, found in scores.items()}
    rows["chance"] = [by_chance(one) for one in judged]
    by_ranker = {name: {key: np.array([row[key] for row in found]) for key in found[0]} for name, found in rows.items()}
    differences = tuple(
        compared(judged, measure_, baseline, by_ranker, scores)
        for measure_ in ("ndcg_5", "ndcg_10", "auc")
        for baseline in rankers
        if baseline != "score"
    )
    return Relevance(tuple(one.slug for one in judged), tuple(one.language for one in judged), by_ranker, differences)


def compared(
    judged: Sequence[Judged],
    measure_: str,
    baseline: str,
    by_ranker: dict[str, dict[str, Floats]],
    scores: dict[str, list[Floats]],
) -> Difference:
    """Resample descriptions, and descriptions with the profiles within them, and compare the same ones."""
    gaps = by_ranker["score"][measure_] - by_ranker[baseline][measure_]
    draw = np.random.default_rng(_SEED)
    drawn = draw.integers(0, len(gaps), (RESAMPLES, len(gaps)))
    low, high = np.quantile(gaps[drawn].mean(axis=1), (0.025, 0.975))
    within = np.stack(
        [
            _resampled(one, measure_, ours, theirs)
            for one, ours, theirs in zip(judged, scores["score"], scores[baseline], strict=True)
        ]
    )
    both = within[drawn, np.arange(RESAMPLES)[:, None]].mean(axis=1)
    low_within, high_within = np.quantile(both, (0.025, 0.975))
    return Difference(
        measure_, baseline, float(gaps.mean()), float(low), float(high), float(low_within), float(high_within)
    )


def _resampled(judged: Judged, measure_: str, ours: Floats, theirs: Floats) -> Floats:
    """The difference on RESAMPLES drawings of as many profiles with replacement; the same drawing for both."""
    draw = np.random.default_rng([_SEED, *judged.slug.encode()])
    rows = np.sort(draw.integers(0, len(judged.ids), (RESAMPLES, len(judged.ids))), axis=1)
    grades = judged.grades[rows]
    if measure_ == "auc":
        return _auc(grades, ours[rows]) - _auc(grades, theirs[rows])
    depth = int(measure_.rpartition("_")[2])
    return ndcg(grades, order(ours[rows]), depth) - ndcg(grades, order(theirs[rows]), depth)


def _auc(grades: NDArray[np.int64], scores: Floats) -> Floats:
    """AUC of each row; a drawing without both kinds counts as chance."""
    good = grades >= RELEVANT
    pairs = good[:, :, None] & ~good[:, None, :]
    wins = (scores[:, :, None] > scores[:, None, :]) + 0.5 * (scores[:, :, None] == scores[:, None, :])
    total = pairs.sum(axis=(1, 2))
    return np.asarray(np.where(total > 0, (wins * pairs).sum(axis=(1, 2)) / np.maximum(total, 1), 0.5))


# ── telling ──────────────────────────────────────────────────────────────────────────────────────────────────────


def overview(found: Relevance) -> list[dict[str, Any]]:
    """Lay the means out, a row a ranking."""
    return [
        {"ranking": name} | {key: float(np.nanmean(figures)) for key, figures in measures.items()}
        for name, measures in found.by_ranker.items()
    ]


def crossings(found: Relevance) -> list[dict[str, Any]]:
    """Lay out, by the description's language, how the relevant people writing in the other one are found."""
    rows: list[dict[str, Any]] = []
    for language, other in (("ja", "en"), ("en", "ja")):
        chosen = np.array([one == language for one in found.languages], np.bool_)
        if chosen.any():
            rows += [
                {
                    "description": language,
                    "people": other,
                    "ranking": name,
                    "among_ten": float(np.nanmean(measures["across"][chosen])),
                    "mean_rank": float(np.nanmean(measures["across_rank"][chosen])),
                }
                for name, measures in found.by_ranker.items()
                if name in ("score", "chance", strongest(found, "BM25"), strongest(found, "n-grams"))
            ]
    return rows


def strongest(found: Relevance, kind: str) -> str:
    """Name the variant of a baseline with the best NDCG@10 of this folder."""
    return max((name for name in found.by_ranker if name.startswith(kind)), key=lambda n: _mean(found, n))


def _mean(found: Relevance, ranker: str) -> float:
    return float(found.by_ranker[ranker]["ndcg_10"].mean())


def verdicts(found: Relevance) -> list[Difference]:
    """The comparison that counts: against the stronger variant of each baseline."""
    best = {strongest(found, "BM25"), strongest(found, "n-grams")}
    return [one for one in found.differences if one.baseline in best]
