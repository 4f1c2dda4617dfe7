"""What one description (and guidance) is scored by: units in dimensions, their maxima in hundredths of a point.

Plain arithmetic on the requirement; nothing here looks at a profile. Base weights: must 40, role 25, experience 15,
language 10, nice 10; what the description doesn't state drops out and the rest is scaled to 100.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ranking.lexicon import lexicon
from ranking.values import Guidance, GuidanceUnit, LanguageNeed, Level, Quote, Requirement, Skill, Stated

BASE = {"must": 40, "role": 25, "experience": 15, "language": 10, "nice": 10}
TOTAL = 10_000  # hundredths of a point
PREFERRED, RELAXED = 1.75, 0.25
PENALTY = 1_500  # hundredths taken off for a quoted hit of something to be avoided
CAP = 49
SENIORITY = ("l_junior", "l_senior", "l_lead", "l_manager", "l_director", "l_exec")
SENIORITY_YEARS = {"l_senior": 6.0, "l_lead": 6.0, "l_manager": 8.0, "l_director": 12.0, "l_exec": 15.0}


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing a profile is held against.

    `kind`: concept, role, level, years, language, phrase, similarity, avoid. `concepts` are alternatives. `binding`:
    a quoted contradiction caps the total. `phrase` is the text of a phrase or similarity unit.
    """

    key: str
    dimension: str
    kind: str
    label_ja: str
    label_en: str
    weight: float = 1.0
    concepts: tuple[str, ...] = ()
    level: int = 0
    years: float = 0.0
    binding: bool = False
    phrase: str = ""
    quote: Quote | None = None
    maximum: int = 0


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
    units = [
        *(_skill_unit("must", stated) for stated in requirement.must),
        *_role_units(requirement, guidance),
        *_experience_units(requirement),
        *_language_units(requirement),
        *(_skill_unit("nice", stated) for stated in requirement.nice),
    ]
    for wish in guidance.units if guidance else ():
        if not wish.refused:
            units = _bend(units, wish)
    return Plan(_with_maxima(units))


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


def _role_units(requirement: Requirement, guidance: Guidance | None) -> list[Unit]:
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
    phrase = "\n".join(_phrases(requirement, guidance))
    units.append(
        Unit(
            "role:similarity",
            "role",
            "similarity",
            "職務・領域の近さ",
            "closeness of role and domain",
            weight=3.0,
            phrase=phrase,
            quote=title.quote if title else None,
        )
    )
    return units


def _phrases(requirement: Requirement, guidance: Guidance | None) -> list[str]:
    """Collect the words the similarity is taken to: values, never quotes, so that layout can't move a score."""
    words = [requirement.title.value] if requirement.title else []
    for stated in (*requirement.must, *requirement.must, *requirement.nice):
        skill = stated.value
        words.extend((skill.label_ja, skill.label_en) if skill.label_ja != skill.label_en else (skill.label_ja,))
    for unit in guidance.units if guidance else ():
        if not unit.refused and unit.polarity in ("must", "prefer", "loose") and ":" not in unit.skill.concept:
            words.append(unit.skill.label_ja)
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


LANGUAGES = {"japanese": ("日本語", "Japanese"), "english": ("英語", "English")}
LEVELS_JA = ("なし", "初級", "日常会話", "ビジネス", "流暢", "ネイティブ")


def _language_units(requirement: Requirement) -> list[Unit]:
    units: list[Unit] = []
    needs: tuple[tuple[str, Stated[LanguageNeed] | None], ...] = (
        ("japanese", requirement.japanese),
        ("english", requirement.english),
    )
    for language, stated in needs:
        if stated is not None and stated.value.level > Level.NONE:
            weight = 1.0 if stated.value.required else 0.5
            units.append(_language(language, int(stated.value.level), stated.value.required, weight, stated.quote))
    return units


def _language(language: str, level: int, required: bool, weight: float, quote: Quote | None) -> Unit:
    ja, en = LANGUAGES[language]
    return Unit(
        f"language:{language}", "language", "language", f"{ja}（{LEVELS_JA[level]}以上）",
        f"{en} ({Level(level).name.lower()} or better)", weight=weight, level=level, binding=required, quote=quote,
    )  # fmt: skip


# ── guidance ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _bend(units: list[Unit], wish: GuidanceUnit) -> list[Unit]:
    """Apply one unit of guidance: heavier, lighter, new, or to be avoided."""
    concept = wish.skill.concept
    if wish.polarity == "loose" or not concept:
        return units  # it colours the similarity only
    if concept.startswith("language:"):
        return _bend_language(units, wish)
    touched = [u for u in units if concept in u.concepts and u.kind in ("concept", "role")]
    others = [u for u in units if u not in touched]
    if wish.polarity == "avoid":
        return [
            *(replace(u, weight=u.weight * RELAXED, binding=False) for u in touched),
            *others,
            Unit(
                f"avoid:{concept}", "guidance", "avoid", f"避けたい：{wish.skill.label_ja}", f"to avoid: {wish.skill.label_en}",
                concepts=(concept,), quote=None,
            ),
        ]  # fmt: skip
    if wish.polarity == "relax":
        return [replace(u, weight=u.weight * RELAXED, binding=False) if u in touched else u for u in units]
    if wish.polarity == "must":
        binding = [
            replace(u, dimension="must", weight=u.weight * PREFERRED, binding=True) if u.kind == "concept" else u
            for u in touched
        ]
        return [*others, *(binding or [_wanted(wish, "must", 1.0)])]
    lifted = [replace(u, weight=u.weight * PREFERRED) for u in touched]
    return [*others, *(lifted or [_wanted(wish, "nice", PREFERRED)])]


def _wanted(wish: GuidanceUnit, dimension: str, weight: float) -> Unit:
    skill = wish.skill
    return Unit(
        f"{dimension}:{skill.concept}", dimension, "concept", skill.label_ja, skill.label_en, weight=weight,
        concepts=(skill.concept,), binding=dimension == "must",
    )  # fmt: skip


def _bend_language(units: list[Unit], wish: GuidanceUnit) -> list[Unit]:
    _, language, level = wish.skill.concept.split(":")
    key = f"language:{language}"
    there = [u for u in units if u.key == key]
    if wish.polarity in ("relax", "avoid"):
        return [replace(u, weight=u.weight * RELAXED, binding=False) if u.key == key else u for u in units]
    required = wish.polarity == "must"
    wanted = max(int(level), *(u.level for u in there)) if there else int(level)
    weight = max([1.0, *(u.weight for u in there)]) * (1.0 if required else PREFERRED)
    binding = required or any(u.binding for u in there)
    if there and int(level) > there[0].level and not required:
        binding = False  # a wish for more than the description asks is a wish, not a wall
    quote = there[0].quote if there else None
    return [*(u for u in units if u.key != key), _language(language, wanted, binding, weight, quote)]


# ── maxima ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _with_maxima(units: list[Unit]) -> tuple[Unit, ...]:
    """Share TOTAL out by dimension, then by weight inside it; whole hundredths, the remainders to the largest."""
    order = {name: i for i, name in enumerate((*BASE, "guidance"))}
    ordered = sorted(units, key=lambda u: order[u.dimension])
    present = [name for name in BASE if any(u.dimension == name for u in ordered)]
    shares = _share_out(TOTAL, [float(BASE[name]) for name in present])
    result: list[Unit] = []
    for name, share in zip(present, shares, strict=True):
        members = [u for u in ordered if u.dimension == name]
        for unit, maximum in zip(members, _share_out(share, [u.weight for u in members]), strict=True):
            result.append(replace(unit, maximum=maximum))
    result.extend(u for u in ordered if u.dimension == "guidance")
    return tuple(result)


def _share_out(total: int, weights: list[float]) -> list[int]:
    whole = sum(weights)
    exact = [total * w / whole for w in weights]
    shares = [int(e) for e in exact]
    by_remainder = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares
