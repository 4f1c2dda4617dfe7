"""What a description states about one topic, in the reader's words with its own quote: the fact beside a condition or a
question. Nothing is concluded here; what isn't stated is said to be not stated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plugin.i18n import phrases
from plugin.scouting.facts import say_pay
from ranking.places import LABELS as PLACES
from ranking.values import Requirement, Stated

STATED_TOPICS = ("pay", "remote", "place", "contract", "visa")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact as people read it. `value` is "" where nothing is stated; `quote` are the description's own words."""

    topic: str
    label: str
    value: str
    quote: str


def facts_about(requirement: Requirement, topics: Iterable[str], locale: str) -> list[Fact]:
    """The facts that answer these topics, in the reader's language; topics no field answers are left out."""
    known = {topic: make for topic, make in _makers(requirement, locale).items() if topic in set(topics)}
    return [Fact(topic, label, value, quote) for topic, (label, value, quote) in known.items()]


def _makers(requirement: Requirement, locale: str) -> dict[str, tuple[str, str, str]]:
    _ = phrases(locale)
    remote = {"none": _("at the workplace"), "partial": _("partly remote"), "full": _("fully remote")}
    contract = {
        "permanent": _("permanent employment"),
        "contract": _("fixed-term contract"),
        "part_time": _("part-time employment"),
        "temporary": _("temporary agency employment"),
        "freelance": _("freelance contract"),
    }
    visa = {"sponsored": _("visa sponsorship offered"), "not_sponsored": _("no visa sponsorship")}
    pay = requirement.pay
    places = {code: label[0 if locale == "ja" else 1] for code, label in PLACES.items()}
    return {
        "pay": (
            _("Annual salary"),
            say_pay(pay.value.low, pay.value.high, locale) if pay is not None else "",
            pay.quote.words if pay is not None else "",
        ),
        "remote": (_("Way of working"), *_said(requirement.remote, remote)),
        "place": (_("Place of work"), *_said(requirement.place, places)),
        "contract": (_("Employment"), *_said(requirement.employment, contract)),
        "visa": (_("Visa"), *_said(requirement.visa, visa)),
    }


def _said(stated: Stated[str] | None, words: dict[str, str]) -> tuple[str, str]:
    return ("", "") if stated is None else (words.get(stated.value, ""), stated.quote.words)
