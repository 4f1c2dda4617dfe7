"""How guidance bends the units of a description: heavier, lighter, new, to be avoided, or a likeness of bounded weight."""

from __future__ import annotations

from dataclasses import replace

from ranking.lexicon import lexicon
from ranking.unit import Unit, language_unit, years_unit
from ranking.values import GuidanceUnit

PREFERRED, RELAXED = 1.75, 0.25
_LEAST_PHRASE = 8  # characters


def bend(units: list[Unit], wish: GuidanceUnit) -> list[Unit]:
    """Apply one unit of guidance: heavier, lighter, new, to be avoided, or a likeness of bounded weight."""
    concept = wish.skill.concept
    if wish.polarity == "loose":
        return [*units, _loosely(wish)]
    if wish.polarity == "unused" or not concept:
        return units
    if concept.startswith("language:"):
        return _bend_language(units, wish)
    if concept.startswith("years:"):
        return _bend_years(units, wish)
    wanted = (concept, *wish.skill.any_of)
    touched = [u for u in units if u.kind in ("concept", "role") and set(wanted) & set(u.concepts)]
    others = [u for u in units if u not in touched]
    if wish.polarity == "avoid":
        return [
            *(_eased(u) for u in touched),
            *others,
            Unit(
                f"avoid:{concept}", "guidance", "avoid", f"避けたい：{wish.skill.label_ja}", f"to avoid: {wish.skill.label_en}",
                concepts=(concept,), quote=None,
            ),
        ]  # fmt: skip
    if wish.polarity == "relax":
        levels = [u for u in units if u.kind == "level" and concept in u.concepts]
        return [_eased(u) if u in touched or u in levels else u for u in units]
    widened = [replace(u, concepts=tuple(dict.fromkeys((*u.concepts, *wanted)))) for u in touched]
    if wish.polarity == "must":
        binding = [
            replace(u, dimension="must", weight=u.weight * PREFERRED, binding=True) if u.kind == "concept" else u
            for u in widened
        ]
        return [*others, *(binding or [_wanted(wish, "must", 1.0)])]
    lifted = [replace(u, weight=u.weight * PREFERRED) for u in widened]
    return [*others, *(lifted or [_wanted(wish, "nice", PREFERRED)])]


def _eased(unit: Unit) -> Unit:
    return replace(unit, weight=unit.weight * RELAXED, binding=False)


def _wanted(wish: GuidanceUnit, dimension: str, weight: float) -> Unit:
    skill = wish.skill
    return Unit(
        f"{dimension}:{skill.concept}", dimension, "concept", skill.label_ja, skill.label_en, weight=weight,
        concepts=(skill.concept, *skill.any_of), binding=dimension == "must",
    )  # fmt: skip


def _loosely(wish: GuidanceUnit) -> Unit:
    """Take the likeness to the words the lexicon doesn't know: those it knows are units of their own already."""
    words = phrase = wish.skill.label_ja
    for hit in lexicon().find(words):
        phrase = phrase.replace(hit.quote.words, " ")
    return Unit(
        f"loose:{words}", "guidance", "similarity", f"参考程度：{words}", f"used loosely: {words}",
        phrase=phrase if len(phrase.strip()) >= _LEAST_PHRASE else words,
    )  # fmt: skip


def _bend_language(units: list[Unit], wish: GuidanceUnit) -> list[Unit]:
    _, language, level = wish.skill.concept.split(":")
    key = f"language:{language}"
    there = [u for u in units if u.key == key]
    if wish.polarity in ("relax", "avoid"):
        if wish.polarity == "relax" and int(level) > 0:
            return [
                language_unit(language, min(int(level), u.level), u.binding, u.weight, u.quote) if u in there else u
                for u in units
            ]
        return [_eased(u) if u in there else u for u in units]
    required = wish.polarity == "must"
    wanted = max(int(level), *(u.level for u in there)) if there else int(level)
    weight = max([1.0, *(u.weight for u in there)]) * (1.0 if required and not there else PREFERRED)
    binding = required or any(u.binding for u in there)
    if there and int(level) > there[0].level and not required:
        binding = False  # a wish for more than the description asks is a wish, not a wall
    quote = there[0].quote if there else None
    return [*(u for u in units if u.key != key), language_unit(language, wanted, binding, weight, quote)]


def _bend_years(units: list[Unit], wish: GuidanceUnit) -> list[Unit]:
    """A must is the years it says; a wish for more stands beside what the description asks; "3 will do" lowers it."""
    years = float(wish.skill.concept.removeprefix("years:"))
    there = [u for u in units if u.key == "experience:years"]
    if wish.polarity == "avoid":
        return units
    if wish.polarity == "relax":
        return [_lowered(u, years) if u in there else u for u in units]
    if wish.polarity == "must":
        return [*(u for u in units if u not in there), years_unit("experience:years", years, 2.0 * PREFERRED, True)]
    return [*units, years_unit("experience:years_wished", years, PREFERRED, False)]


def _lowered(unit: Unit, years: float) -> Unit:
    if not years:
        return _eased(unit)
    return replace(
        unit, years=min(years, unit.years), label_ja=f"経験{min(years, unit.years):g}年以上",
        label_en=f"{min(years, unit.years):g}+ years of experience",
    )  # fmt: skip
