"""What one description (and guidance) is scored by: units in dimensions, their maxima in hundredths of a point.

Plain arithmetic on the requirement; nothing here looks at a profile. Base weights: must 30, role 45, experience 10,
language 10, nice 5; what the description doesn't state drops out and the rest is scaled to 100.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ranking.bending import bend
from ranking.lexicon import lexicon
from ranking.refusals import without_protected
from ranking.unit import Unit, language_unit
from ranking.values import Guidance, LanguageNeed, Level, Requirement, Skill, Stated

__all__ = ["BASE", "CAP", "PENALTY", "TOTAL", "Plan", "Unit", "make_plan"]

BASE = {"must": 30, "role": 45, "experience": 10, "language": 10, "nice": 5}
TOTAL = 10_000  # hundredths of a point
LOOSE, LOOSE_MOST = 500, 1_500  # hundredths for a thing used loosely, and for all of them together
LIGHTEST, HEAVIEST = 0.2, 2.0  # how far guidance may bend what a dimension weighs
PENALTY = 1_500  # hundredths taken off for a quoted hit of something to be avoided
CAP = 49
SENIORITY = ("l_junior", "l_senior", "l_lead", "l_manager", "l_director", "l_exec")
SENIORITY_YEARS = {"l_senior": 6.0, "l_lead": 6.0, "l_manager": 8.0, "l_director": 12.0, "l_exec": 15.0}


@dataclass(frozen=True, slots=True)
class Plan:
    """The units with their maxima (they add up to TOTAL over all but `avoid`), in a fixed order."""

    units: tuple[Unit, ...]

    def dimensions(self) -> tuple[str, ...]:
        """Name the dimensions that are there, in the order people read them."""
        present = {unit.dimension for unit in self.units}
        return tuple(name for name in (*BASE, "guidance") if name in present)


def make_plan(requirement: Requirement, guidance: Guidance | None) -> Plan:
    """Lay out what the requirement, bent by the guidance, is scored by. Raises `ValueError` when nothing is asked."""
    if not requirement.parses:
        raise ValueError("The description states neither a title nor a skill: there is nothing to score by.")
    plain = [
        *(_skill_unit("must", stated) for stated in requirement.must),
        *_role_units(requirement),
        *_experience_units(requirement),
        *_language_units(requirement),
        *(_skill_unit("nice", stated) for stated in requirement.nice),
    ]
    units = plain
    for wish in guidance.units if guidance else ():
        if not wish.refused:
            units = bend(units, wish)
    phrase = "\n".join(_phrases(requirement))
    grounded = [replace(u, phrase=phrase) if u.kind == "years" else u for u in units]
    return Plan(_with_maxima(grounded, _bases(plain, grounded)))


# ── units ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _skill_unit(dimension: str, stated: Stated[Skill]) -> Unit:
    skill = stated.value
    binding = dimension == "must" and not stated.inferred
    if not skill.concept:
        return Unit(
            f"{dimension}:phrase:{skill.label_ja}", dimension, "phrase", skill.label_ja, skill.label_en,
            phrase=skill.label_ja, quote=stated.quote,
        )  # fmt: skip
    return Unit(
        f"{dimension}:{skill.concept}", dimension, "concept", skill.label_ja, skill.label_en,
        concepts=(skill.concept, *skill.any_of), binding=binding, quote=stated.quote,
    )  # fmt: skip


def _role_units(requirement: Requirement) -> list[Unit]:
    units: list[Unit] = []
    title = requirement.title
    if title is not None:
        roles = [hit for hit in lexicon().find(title.value) if hit.concept.kind == "role"]
        if roles:
            concept = roles[0].concept
            units.append(
                Unit(
                    f"role:{concept.id}",
                    "role",
                    "role",
                    concept.label_ja,
                    concept.label_en,
                    weight=2.0,
                    concepts=tuple(dict.fromkeys(hit.concept.id for hit in roles)),
                    quote=title.quote,
                )
            )
    phrase = "\n".join(_phrases(requirement))
    units.append(
        Unit(
            "role:similarity",
            "role",
            "similarity",
            "職務・領域の近さ",
            "closeness of role and domain",
            weight=6.0,
            phrase=phrase,
            quote=title.quote if title else None,
        )
    )
    return units


def _phrases(requirement: Requirement) -> list[str]:
    """Collect the words the similarity is taken to: values, never quotes, so that layout can't move a score.

    A protected attribute in the title stays out (R9); among the skills the reader of descriptions leaves it out.
    """
    words = [without_protected(requirement.title.value)] if requirement.title else []
    for stated in (*requirement.must, *requirement.must, *requirement.nice):
        skill = stated.value
        words.extend((skill.label_ja, skill.label_en) if skill.label_ja != skill.label_en else (skill.label_ja,))
    return words


def _experience_units(requirement: Requirement) -> list[Unit]:
    units: list[Unit] = []
    if requirement.years is not None and requirement.years.value.low:
        low = requirement.years.value.low
        units.append(
            Unit(
                "experience:years",
                "experience",
                "years",
                f"経験{low:g}年以上",
                f"{low:g}+ years of experience",
                weight=2.0,
                years=low,
                binding=True,
                quote=requirement.years.quote,
            )
        )
    if requirement.title is not None:
        found = {hit.concept.id for hit in lexicon().find(requirement.title.value)} & set(SENIORITY_YEARS)
        found |= {
            c for hit in lexicon().find(requirement.title.value) for c in hit.concept.closure if c in SENIORITY_YEARS
        }
        if found:
            level = max(found, key=SENIORITY.index)
            concept = lexicon().concepts[level]
            units.append(
                Unit(
                    f"experience:{level}",
                    "experience",
                    "level",
                    f"職位：{concept.label_ja}",
                    f"seniority: {concept.label_en}",
                    concepts=SENIORITY[SENIORITY.index(level) :],
                    years=SENIORITY_YEARS[level],
                    quote=requirement.title.quote,
                )
            )
    return units


def _language_units(requirement: Requirement) -> list[Unit]:
    units: list[Unit] = []
    needs: tuple[tuple[str, Stated[LanguageNeed] | None], ...] = (
        ("japanese", requirement.japanese),
        ("english", requirement.english),
    )
    for language, stated in needs:
        if stated is not None and stated.value.level > Level.NONE:
            weight = 1.0 if stated.value.required else 0.5
            units.append(language_unit(language, int(stated.value.level), stated.value.required, weight, stated.quote))
    return units


# ── maxima ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _bases(plain: list[Unit], bent: list[Unit]) -> dict[str, float]:
    """Weigh the dimensions: by their base, bent as far as guidance bent what is in them.

    Without this a wish about the only thing in a dimension would change nothing, and a thing taken out of a dimension
    would leave its points to the rest of it.
    """
    before = {name: sum(u.weight for u in plain if u.dimension == name) for name in BASE}
    after = {name: sum(u.weight for u in bent if u.dimension == name) for name in BASE}
    return {
        name: base * (min(HEAVIEST, max(LIGHTEST, after[name] / before[name])) if before[name] else 1.0)
        for name, base in BASE.items()
        if after[name]
    }


def _with_maxima(units: list[Unit], bases: dict[str, float]) -> tuple[Unit, ...]:
    """Share TOTAL out by dimension, then by weight inside it; whole hundredths, the remainders to the largest.

    What is used loosely gets its few points first; the rest is the dimensions'.
    """
    order = {name: i for i, name in enumerate((*BASE, "guidance"))}
    ordered = sorted(units, key=lambda u: order[u.dimension])
    present = list(bases)
    loose = [u for u in ordered if u.dimension == "guidance" and u.kind == "similarity"]
    aside = min(LOOSE * len(loose), LOOSE_MOST)
    shares = _share_out(TOTAL - aside, [bases[name] for name in present])
    result: list[Unit] = []
    for name, share in zip(present, shares, strict=True):
        members = [u for u in ordered if u.dimension == name]
        for unit, maximum in zip(members, _share_out(share, [u.weight for u in members]), strict=True):
            result.append(replace(unit, maximum=maximum))
    if loose:
        maxima = _share_out(aside, [u.weight for u in loose])
        result.extend(replace(u, maximum=maximum) for u, maximum in zip(loose, maxima, strict=True))
    result.extend(u for u in ordered if u.dimension == "guidance" and u not in loose)
    return tuple(result)


def _share_out(total: int, weights: list[float]) -> list[int]:
    whole = sum(weights)
    exact = [total * w / whole for w in weights]
    shares = [int(e) for e in exact]
    by_remainder = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares
