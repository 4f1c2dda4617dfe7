"""The one place where a promise is put into words, from a commitment's row (R1); `scan` looks for promises anywhere else.

`PromiseTerms` has only what a letter may say of a commitment: line, score, cap, exclusions, calibration, versions and
strength are not in it, so no template can let them slip.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from plugin.i18n import phrases, say_date
from plugin.rows import Commitment


@dataclass(frozen=True, slots=True)
class PromiseTerms:
    """What a letter states of a commitment, and nothing more."""

    kind: str
    selection: bool
    screening: str
    interviewer_title: str
    interviewer_name: str | None
    days: int
    reply_deadline: date
    format: str
    minutes: int

    @classmethod
    def of(cls, commitment: Commitment) -> PromiseTerms:
        return cls(
            kind=commitment.kind,
            selection=commitment.selection,
            screening=commitment.screening,
            interviewer_title=commitment.interviewer_title,
            interviewer_name=commitment.interviewer_name,
            days=commitment.days,
            reply_deadline=commitment.reply_deadline,
            format=commitment.format,
            minutes=commitment.minutes,
        )


UNNAMED = ("", "採用責任者", "Hiring manager", "hiring manager", "the hiring manager")


def earns_subject(terms: PromiseTerms) -> bool:
    """Whether 「書類選考なし・面接確約」 would be true of a commitment: an interview, and no screening of any kind before it."""
    return terms.kind == "interview" and terms.screening == "none"


def promise_block(terms: PromiseTerms, language: str) -> str:
    """The commitment in a letter's words. Raises KeyError for a kind, screening or format that has no words."""
    _ = phrases(language)
    kind = {"interview": _("interview"), "casual": _("casual meeting")}[terms.kind]
    screening = {
        "none": _("none; there is no screening by documents"),
        "preparation_only": _("none; we ask for your CV only to prepare for the conversation, not to select by it"),
    }[terms.screening]
    where = {
        "online": _("online"),
        "onsite": _("at the office"),
        "either": _("online or at the office, as you prefer"),
    }[terms.format]
    title = " ".join(terms.interviewer_title.split())
    interviewer = _("the hiring manager of this position") if title in UNNAMED else title
    if terms.interviewer_name:
        interviewer = _("%(name)s, %(title)s", name=terms.interviewer_name, title=interviewer)
    return (
        _source(language)
        % {
            "kind": kind,
            "kind_inside": kind,
            "selection": _("part of the selection") if terms.selection else _("not part of any selection"),
            "screening": screening,
            "interviewer": interviewer,
            "days": terms.days,
            "format": where,
            "minutes": terms.minutes,
            "reply_by": say_date(terms.reply_deadline, language),
        }
    ).strip()


@cache
def _source(language: str) -> str:
    return files("locales").joinpath(language, "letters", "promise.txt").read_text(encoding="utf-8")
