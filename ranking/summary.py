"""Why a person fits, or not, in Japanese and English from one set of facts; readable without the résumé.

`gather` decides what is said, `ranking.telling` says it. The facts hold what the evidence rows hold (quotes masked where
the view is masked) and nothing else, so the summary is the same for an employer's own recruiter and for an agency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ranking.telling import Section, tell
from ranking.values import Guidance, GuidanceUnit, Scored

LONGEST = 900  # characters of either text
_LIMITS = ((3, 60), (3, 36), (3, 20), (2, 30), (2, 16), (1, 24), (1, 10))  # (things of a kind, characters of a quote)
_PROBED = ("must", "experience", "language")  # dimensions whose unknowns are worth a question before nice ones


@dataclass(frozen=True, slots=True)
class Point:
    """One unit as the summary tells it. `words` is the start of the profile's words, `cut` when they go on."""

    dimension: str
    unit: str
    label_ja: str
    label_en: str
    status: str
    points: float
    maximum: float
    words: str = ""
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Cited:
    """One unit of guidance and what it did. `status` is that of its evidence row, "" where it has none of its own."""

    polarity: str
    label_ja: str
    label_en: str
    status: str = ""
    points: float = 0.0


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask in the interview. `about`: unknown, related, inferred, contradicted."""

    about: str
    point: Point


@dataclass(frozen=True, slots=True)
class FitFacts:
    """Everything both languages say. `side`: above, below, or none without a line; `more_unknown` aren't listed."""

    headline: str
    score: int
    band: str
    line: int | None
    inclusive: bool
    proposed: bool
    side: str
    capped: bool
    decisive: tuple[Point, ...]
    lost: tuple[Point, ...]
    contradicted: tuple[Point, ...]
    unknown: tuple[Point, ...]
    more_unknown: int
    inferred: tuple[Point, ...]
    guidance: tuple[Cited, ...]
    more_guidance: int
    without_guidance: int | None
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class FitSummary:
    """One person's fit. `ja` and `en` are sections in reading order, with the same facts, quotes and numbers."""

    facts: FitFacts
    ja: tuple[Section, ...]
    en: tuple[Section, ...]

    def sections(self, locale: str) -> tuple[Section, ...]:
        return self.ja if locale == "ja" else self.en

    def text(self, locale: str) -> str:
        """Join the sections into plain text, one a line."""
        return "\n".join(section.text for section in self.sections(locale))


def band(score: int) -> str:
    """Name the band of a score: very_strong, strong, partial, weak."""
    return "very_strong" if score >= 85 else "strong" if score >= 70 else "partial" if score >= 55 else "weak"


def summary_of(
    scored: Scored,
    *,
    headline: str = "",
    guidance: Guidance | None = None,
    line: int | None = None,
    inclusive: bool = True,
    proposed: bool = False,
) -> FitSummary:
    """Summarise a score as the judge returns it; see `fit_summary`."""
    return fit_summary(
        [asdict(dimension) for dimension in scored.dimensions],
        score=scored.score,
        capped=scored.capped,
        without_guidance=scored.without_guidance,
        headline=headline,
        guidance=guidance,
        line=line,
        inclusive=inclusive,
        proposed=proposed,
    )


def fit_summary(
    dimensions: Sequence[Mapping[str, Any]],
    *,
    score: int,
    capped: bool = False,
    without_guidance: int | None = None,
    headline: str = "",
    guidance: Guidance | None = None,
    line: int | None = None,
    inclusive: bool = True,
    proposed: bool = False,
) -> FitSummary:
    """Summarise a score from its evidence as stored (dimensions as JSON, masked or not).

    `line` is None for none, `proposed` as long as nobody has committed to it; `inclusive`: the line itself counts. Lists
    and quotes are shortened, in both languages alike, until each text has at most `LONGEST` characters.
    """
    for things, characters in _LIMITS:
        facts = gather(
            dimensions, score=score, capped=capped, without_guidance=without_guidance, headline=headline,
            guidance=guidance, line=line, inclusive=inclusive, proposed=proposed, things=things, characters=characters,
        )  # fmt: skip
        summary = FitSummary(facts, tell(facts, "ja"), tell(facts, "en"))
        if max(len(summary.text("ja")), len(summary.text("en"))) <= LONGEST:
            return summary
    return summary


def gather(
    dimensions: Sequence[Mapping[str, Any]],
    *,
    score: int,
    capped: bool,
    without_guidance: int | None,
    headline: str,
    guidance: Guidance | None,
    line: int | None,
    inclusive: bool,
    proposed: bool = False,
    things: int = 3,
    characters: int = 60,
) -> FitFacts:
    """Choose what is said: at most `things` of a kind, `characters` of a quote."""
    points = [
        (_point(str(dimension["name"]), row, characters), bool(row["inferred"]))
        for dimension in dimensions
        for row in dimension["rows"]
    ]
    rows = [point for point, _ in points]
    unknown = sorted((p for p in rows if p.status == "not_found" and p.maximum > 0), key=_by_weight)
    contradicted = [p for p in rows if p.status == "contradicted"]
    related = sorted((p for p in rows if p.status == "related"), key=_by_weight)
    inferred = [p for p, implied in points if implied and p.status in ("met", "related") and p.words]
    said = [unit for unit in guidance.units if not unit.refused] if guidance else []
    relaxed = {key for unit in said if unit.polarity == "relax" for key in _keys(unit)}
    unclear = [p for p in unknown if p.unit not in relaxed]
    asked = [
        *(Question("contradicted", p) for p in contradicted if not p.unit.startswith("avoid:")),
        *(Question("unknown", p) for p in unclear if p.dimension in _PROBED),
        *(Question("inferred", p) for p in inferred),
        *(Question("related", p) for p in related if p not in inferred and p.words),
        *(Question("unknown", p) for p in unclear if p.dimension not in _PROBED),
    ]
    above = line is not None and (score >= line if inclusive else score > line)
    return FitFacts(
        headline=headline.strip()[:80],
        score=score,
        band=band(score),
        line=line,
        inclusive=inclusive,
        proposed=proposed,
        side="none" if line is None else "above" if above else "below",
        capped=capped,
        decisive=tuple(sorted((p for p in rows if p.points > 0), key=lambda p: (-p.points, p.unit))[:things]),
        lost=tuple(sorted((p for p in rows if p.points < p.maximum), key=lambda p: (p.points - p.maximum, p.unit))[:things]),
        contradicted=tuple(contradicted[:things]),
        unknown=tuple(unknown[: things + 1]),
        more_unknown=max(0, len(unknown) - things - 1),
        inferred=tuple(inferred[:things]),
        guidance=tuple(_cited(unit, rows) for unit in said[: things + 1]),
        more_guidance=max(0, len(said) - things - 1),
        without_guidance=without_guidance if said else None,
        questions=tuple(asked[:things]),
    )  # fmt: skip


def _by_weight(point: Point) -> tuple[float, str]:
    return -point.maximum, point.unit


def _point(dimension: str, row: Mapping[str, Any], characters: int) -> Point:
    words = " ".join(row["profile"]["words"].split()) if row["profile"] else ""
    return Point(
        dimension, row["unit"], row["label_ja"], row["label_en"], row["status"], row["points"], row["maximum"],
        words[:characters].rstrip(), len(words) > characters,
    )  # fmt: skip


def _cited(unit: GuidanceUnit, rows: Sequence[Point]) -> Cited:
    """Find the row a unit of guidance ended up in; a wish that only changed weights has none."""
    keys = _keys(unit)
    row = next((row for row in reversed(rows) if row.unit in keys), None)
    label_ja, label_en = unit.skill.label_ja[:40], unit.skill.label_en[:40]
    if row is None:
        return Cited(unit.polarity, label_ja, label_en)
    return Cited(unit.polarity, label_ja, label_en, row.status, row.points)


def _keys(unit: GuidanceUnit) -> set[str]:
    """Name the evidence rows a unit of guidance may have ended up in."""
    skill = unit.skill
    if unit.polarity == "loose":
        return {f"loose:{skill.label_ja}"}
    if skill.concept.startswith("language:"):
        return {skill.concept.rpartition(":")[0]}
    if skill.concept.startswith("years:"):
        return {"experience:years", "experience:years_wished"}
    if unit.polarity == "avoid":
        return {f"avoid:{skill.concept}"}
    return {f"{kind}:{concept}" for kind in ("must", "nice", "role") for concept in (skill.concept, *skill.any_of)}
