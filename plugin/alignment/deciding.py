"""What helps a manager set a line: the five who decide it, what their verdicts suggest, where they contradict it.

Verdicts change no score and remove nobody; they say where the line would have to lie to agree with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plugin.alignment.covers import above
from plugin.alignment.views import EntryView
from plugin.i18n import phrases

AROUND = 3
NO_ORDER = 10
"""Points: smaller gaps between two scores are no order, so preferring the lower one contradicts nothing."""
MOST_CONTRADICTIONS = 3

REASONS = ("missing_must", "too_junior", "too_senior", "other_field", "language", "other")
"""Why somebody does not match, as codes a tap chooses. Age, sex and origin are none."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of one of the people shown."""

    label: str
    score: int
    match: bool


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The line the verdicts suggest: `agrees` of `of` verdicts lie on its right side.

    `why`: separates (all agree), best (as many as can), nothing_said (then it is the proposed line).
    """

    line: int
    agrees: int
    of: int
    why: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Somebody refused, and somebody taken who scores clearly lower."""

    refused_label: str
    refused_score: int
    taken_label: str
    taken_score: int


def five(entries: Sequence[EntryView], line: int) -> tuple[EntryView, ...]:
    """The best, the last, and the three nearest to the line (from both sides where there are any), best first."""
    if len(entries) <= AROUND + 2:
        return tuple(entries)
    between = entries[1:-1]
    over = [entry for entry in between if entry.score >= line]
    under = [entry for entry in between if entry.score < line]
    nearest = sorted(between, key=lambda entry: (abs(entry.score - line), entry.rank))
    chosen = [*over[-1:], *under[:1]]
    chosen += [entry for entry in nearest if entry not in chosen][: AROUND - len(chosen)]
    return tuple(sorted((entries[0], *chosen, entries[-1]), key=lambda entry: entry.rank))


def the_rest(entries: Sequence[EntryView], shown: Sequence[EntryView]) -> tuple[EntryView, ...]:
    """Everybody else of the shortlist, best first."""
    ranks = {entry.rank for entry in shown}
    return tuple(entry for entry in entries if entry.rank not in ranks)


def judged(entries: Sequence[EntryView]) -> list[Judged]:
    """The verdicts given so far, best score first."""
    return [Judged(entry.label, entry.score, entry.verdict) for entry in entries if entry.verdict is not None]


def suggested_line(verdicts: Sequence[Judged], *, proposed: int, floor: int, inclusive: bool) -> Suggestion:
    """The line that separates yes from no best: as few verdicts as possible on its wrong side.

    Among equals the nearest to the proposed line, not below it where that is possible: a promise is easier to widen
    than to take back.
    """
    if not verdicts:
        return Suggestion(proposed, 0, 0, "nothing_said")

    def agreeing(line: int) -> int:
        return sum(above(one.score, line, inclusive) == one.match for one in verdicts)

    best = max(agreeing(line) for line in range(floor, 101))
    lines = [line for line in range(floor, 101) if agreeing(line) == best]
    line = min(lines, key=lambda line: (line < proposed, abs(line - proposed)))
    return Suggestion(line, best, len(verdicts), "separates" if best == len(verdicts) else "best")


def contradictions(verdicts: Sequence[Judged]) -> list[Contradiction]:
    """Who was refused though somebody clearly lower was taken; the widest gaps, each refused person once."""
    taken = sorted((one for one in verdicts if one.match), key=lambda one: one.score)
    if not taken:
        return []
    lowest = taken[0]
    found = [
        Contradiction(one.label, one.score, lowest.label, lowest.score)
        for one in verdicts
        if not one.match and one.score - lowest.score >= NO_ORDER
    ]
    return sorted(found, key=lambda one: (-one.refused_score, one.refused_label))[:MOST_CONTRADICTIONS]


# In words.


def reason_text(code: str, locale: str) -> str:
    """A reason for no in words; people's own words come back as they are."""
    _ = phrases(locale)
    texts = {
        "missing_must": _("A must is missing"),
        "too_junior": _("Too little experience"),
        "too_senior": _("Too much experience for the role"),
        "other_field": _("Another field"),
        "language": _("Language"),
        "other": _("Another reason"),
    }
    return texts.get(code, code)


def suggestion_text(suggestion: Suggestion, locale: str) -> str:
    _ = phrases(locale)
    if suggestion.why == "nothing_said":
        return _("Say of a few people whether they match, and a line is suggested from it.")
    if suggestion.why == "separates":
        return _(
            "Your %(of)s verdicts suggest %(line)s: everyone you took is above it, everyone you refused below.",
            of=suggestion.of,
            line=suggestion.line,
        )
    return _(
        "Your verdicts suggest %(line)s: %(agrees)s of %(of)s agree with it, and no line agrees with more.",
        line=suggestion.line,
        agrees=suggestion.agrees,
        of=suggestion.of,
    )


def contradiction_text(one: Contradiction, locale: str) -> str:
    _ = phrases(locale)
    return _(
        "You refused %(refused)s with %(high)s points and took %(taken)s with %(low)s. If your reason holds for others too,"
        " write it into your criteria.",
        refused=one.refused_label,
        high=one.refused_score,
        taken=one.taken_label,
        low=one.taken_score,
    )
