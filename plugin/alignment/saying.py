"""A requirement's fields in words, in the reader's language: what is asked, and what would change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from plugin.alignment.tables import level_text
from plugin.i18n import phrases
from ranking.places import LABELS
from ranking.values import Pay, Requirement, Stated


def label(field: str, locale: str) -> str:
    """A field's name."""
    _ = phrases(locale)
    return {
        "title": _("Position"),
        "must": _("Must have"),
        "nice": _("Nice to have"),
        "years": _("Years of experience"),
        "japanese": _("Japanese"),
        "english": _("English"),
        "pay": _("Annual pay"),
        "place": _("Place"),
        "remote": _("Remote work"),
        "employment": _("Employment"),
        "seniority": _("Seniority"),
        "grade": _("Grade"),
        "reports_to": _("Reports to"),
        "reason": _("Reason for the opening"),
        "trial_months": _("Trial period"),
        "visa": _("Visa"),
    }[field]


def values(field: str, stated: Any, locale: str) -> list[tuple[str, str, bool]]:
    """A field of a `Requirement` in words: (value, its quote, whether it is inferred); empty where it is not asked."""
    if stated is None:
        return []
    found: tuple[Stated[Any], ...] = stated if isinstance(stated, tuple) else (stated,)
    return [(value(field, one.value, locale), one.quote.words, one.inferred) for one in found]


def field_text(requirement: Requirement, field: str, locale: str) -> str:
    """A whole field in one line; "not asked for" where it is absent."""
    _ = phrases(locale)
    said = [words for words, _quote, _inferred in values(field, getattr(requirement, field), locale)]
    return _(", ").join(said) if said else _("not asked for")


def value(field: str, one: Any, locale: str) -> str:
    """One value of a field."""
    _ = phrases(locale)
    if field in ("must", "nice"):
        return str(one.label_ja if locale == "ja" else one.label_en)
    if field == "years":
        return _range(one.low, one.high, lambda number: _("%(years)s years", years=f"{number:g}"), locale)
    if field == "pay":
        band = _range(one.low, one.high, lambda amount: yen(amount, locale), locale)
        return _(", ").join([band, *_about_pay(one, locale)])
    if field == "trial_months":
        return _("%(months)s months", months=f"{one:g}")
    if field in ("japanese", "english"):
        level = level_text(int(one.level), "stated", locale)
        return level if one.required else _("%(level)s, welcome", level=level)
    if field == "place":
        return LABELS.get(str(one), (str(one), str(one)))[0 if locale == "ja" else 1]
    return _choices(field, locale).get(str(one), str(one))


def _about_pay(pay: Pay, locale: str) -> list[str]:
    """What belongs to the pay beside the range: target earnings, overtime already in it, bonus."""
    _ = phrases(locale)
    found = [_("%(amount)s at target", amount=yen(pay.ote, locale))] if pay.ote is not None else []
    if pay.fixed_overtime_hours is not None:
        found.append(_("%(hours)s hours of overtime a month included", hours=f"{pay.fixed_overtime_hours:g}"))
    if pay.bonus_months is not None:
        found.append(_("bonus of %(months)s months", months=f"{pay.bonus_months:g}"))
    return found


def yen(amount: int, locale: str) -> str:
    """JPY a year as people say it."""
    if locale == "ja":
        return f"{amount // 10_000:,}万円" if amount % 10_000 == 0 else f"{amount:,}円"
    return f"¥{amount / 1_000_000:g}M" if amount % 100_000 == 0 else f"¥{amount:,}"


def _choices(field: str, locale: str) -> dict[str, str]:
    _ = phrases(locale)
    return {
        "remote": {"none": _("at the workplace"), "partial": _("partly remote"), "full": _("fully remote")},
        "employment": {
            "permanent": _("permanent"),
            "contract": _("fixed term"),
            "part_time": _("part time"),
            "temporary": _("temporary agency work"),
            "freelance": _("freelance"),
        },
        "seniority": {
            "junior": _("junior"),
            "senior": _("senior"),
            "lead": _("lead"),
            "manager": _("manager"),
            "director": _("director"),
            "executive": _("executive"),
        },
        "reason": {"growth": _("growth"), "replacement": _("replacement"), "new": _("newly created")},
        "visa": {"sponsored": _("sponsored"), "not_sponsored": _("not sponsored")},
    }.get(field, {})


def _range(low: Any, high: Any, say: Callable[[Any], str], locale: str) -> str:
    _ = phrases(locale)
    if low is not None and high is not None:
        return say(low) if low == high else f"{say(low)} – {say(high)}"
    return _("from %(low)s", low=say(low)) if low is not None else _("up to %(high)s", high=say(high))
