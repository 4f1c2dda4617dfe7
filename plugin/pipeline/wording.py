"""The promise in words, always from its rows, and the letters they stand in (`locales/*/answers`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from plugin.i18n import one_stop, phrases, say_date
from plugin.pipeline.calendar import holiday_name
from plugin.rows import Commitment, Promise
from plugin.scouting.promising import UNNAMED


@dataclass(frozen=True)
class Letter:
    subject: str
    text: str


@cache
def _source(name: str, language: str) -> tuple[str, str]:
    text = files("locales").joinpath(language, "answers", f"{name}.txt").read_text(encoding="utf-8")
    subject, _, body = text.partition("\n\n")
    return subject.removeprefix("Subject: ").strip(), body.strip() + "\n"


def letter(name: str, language: str, **values: str) -> Letter:
    """Fill in one of the letters of `locales/<language>/answers`."""
    subject, text = _source(name, language)
    return Letter(subject % values, one_stop(text % values, language))


def kind_words(commitment: Commitment, locale: str) -> str:
    _ = phrases(locale)
    return _("casual meeting") if commitment.kind == "casual" else _("interview")


def interviewer_words(commitment: Commitment, locale: str) -> str:
    _ = phrases(locale)
    title = " ".join(commitment.interviewer_title.split())
    if title in UNNAMED:  # the default title, in whichever language the connection speaks
        title = _("the hiring manager")
    return f"{title} {commitment.interviewer_name}" if commitment.interviewer_name else title


def format_words(commitment: Commitment, locale: str) -> str:
    _ = phrases(locale)
    where = {"online": _("online"), "onsite": _("on site")}.get(
        commitment.format, _("online or on site, as you prefer")
    )
    return _("%(where)s, about %(minutes)s minutes", where=where, minutes=commitment.minutes)


def selection_words(commitment: Commitment, locale: str) -> str:
    _ = phrases(locale)
    return _("part of the selection") if commitment.selection else _("not part of any selection")


def counted_words(promise: Promise, locale: str) -> str:
    """How the due date was counted, holidays named: a person can count along."""
    _ = phrases(locale)
    days = [date.fromisoformat(day) for day, _name in promise.computed.get("skipped", ())]
    names = {
        date.fromisoformat(day): name for day, name in promise.computed.get("skipped", ())
    }  # a closure keeps the name it had when it was counted
    closures = frozenset(days)
    said = [f"{say_date(day, locale)} {holiday_name(day, locale, closures) or names[day]}" for day in days]
    text = _(
        "%(days)s business days from the day after %(day_zero)s",
        days=promise.computed.get("days", ""),
        day_zero=say_date(promise.day_zero, locale),
    )
    if said:
        text += _("; holidays left out: %(holidays)s", holidays=("、" if locale == "ja" else ", ").join(said))
    return text


def promise_words(commitment: Commitment, promise: Promise, language: str) -> str:
    """The block of a candidate's letter that restates the promise. Nothing in it but what the rows hold."""
    return letter(
        "promise",
        language,
        kind=kind_words(commitment, language),
        selection=selection_words(commitment, language),
        interviewer=interviewer_words(commitment, language),
        due=say_date(promise.due_date, language),
        counted=counted_words(promise, language),
        format=format_words(commitment, language),
    ).text.strip()
