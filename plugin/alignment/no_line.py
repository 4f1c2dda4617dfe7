"""A manager who cannot name a line sees the specification's gap (E6, E7): what their verdicts say, and the next step.

Somebody who has seen twenty people and can't say where "yes" begins is rarely undecided about people: the description
leaves out what they decide by, or asks for what nobody has. Verdicts and evidence of the shortlist say which.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from plugin.alignment.deciding import Judged, contradictions, reason_text, suggested_line
from plugin.i18n import phrases
from plugin.rows import Calibration, ShortlistEntry, Verdict

LEAST = 3
"""Verdicts of either kind below which nothing separates them but chance."""
MOST = 2
CLEAR = 0.4
"""How much more often a requirement must be met among those taken than among those refused, or the other way round."""


@dataclass(frozen=True, slots=True)
class Separates:
    """One requirement and how many of the people taken and refused meet it."""

    label_ja: str
    label_en: str
    taken: int
    refused: int

    def label(self, locale: str) -> str:
        return self.label_ja if locale == "ja" else self.label_en


@dataclass(frozen=True, slots=True)
class Gap:
    """What verdicts say of a specification.

    `kind`: unseen (no verdict), all_refused, all_taken, one_line (a line fits them), no_line (none does, and something
    the evidence knows separates them), unsaid (none does, and nothing in the description separates them either).
    """

    kind: str
    taken: int
    refused: int
    line: int
    reasons: tuple[tuple[str, int], ...] = ()
    separates: tuple[Separates, ...] = ()


def gap(session: Session, calibration: Calibration, staff_id: int | None, *, inclusive: bool) -> Gap:
    """Read what one manager said of a calibration's shortlist."""
    said = {
        row.profile_id: row
        for row in session.exec(
            select(Verdict).where(col(Verdict.calibration_id) == calibration.key, col(Verdict.staff_id) == staff_id)
        )
    }
    entries = [
        entry
        for entry in session.exec(
            select(ShortlistEntry)
            .where(col(ShortlistEntry.calibration_id) == calibration.key)
            .order_by(col(ShortlistEntry.rank))
        )
        if entry.profile_id in said
    ]
    verdicts = [Judged(entry.label, entry.score, said[entry.profile_id].match) for entry in entries]
    taken, refused = sum(one.match for one in verdicts), sum(not one.match for one in verdicts)
    reasons = Counter(row.reason for row in said.values() if not row.match and row.reason).most_common(MOST)
    suggestion = suggested_line(
        verdicts, proposed=calibration.proposed_line, floor=calibration.floor, inclusive=inclusive
    )
    split = separating(entries, {id: row.match for id, row in said.items()})
    if not verdicts:
        kind = "unseen"
    elif not taken:
        kind = "all_refused"
    elif not refused:
        kind = "all_taken"
    elif suggestion.why == "separates" and not contradictions(verdicts):
        kind = "one_line"
    else:
        kind = "no_line" if split else "unsaid"
    return Gap(kind, taken, refused, suggestion.line, tuple(reasons), split)


def separating(entries: Sequence[ShortlistEntry], taken: dict[str, bool]) -> tuple[Separates, ...]:
    """The requirements met clearly more often on one side of the verdicts; the clearest first, at most MOST."""
    sides = {True: [e for e in entries if taken[e.profile_id]], False: [e for e in entries if not taken[e.profile_id]]}
    if min(len(sides[True]), len(sides[False])) < LEAST:
        return ()
    met: dict[tuple[str, str], Counter[bool]] = {}
    for match, people in sides.items():
        for entry in people:
            for row in (row for dimension in entry.evidence for row in dimension["rows"]):
                if row["status"] in ("met", "not_found", "contradicted", "related"):
                    met.setdefault((row["label_ja"], row["label_en"]), Counter())[match] += row["status"] == "met"

    def difference(counts: Counter[bool]) -> float:
        return abs(counts[True] / len(sides[True]) - counts[False] / len(sides[False]))

    clear = [(label, counts) for label, counts in met.items() if difference(counts) >= CLEAR]
    clear.sort(key=lambda one: (-difference(one[1]), one[0]))
    return tuple(Separates(*label, taken=counts[True], refused=counts[False]) for label, counts in clear[:MOST])


def said(found: Gap, locale: str) -> list[str]:
    """What stands in the way and the next step, a sentence each."""
    _ = phrases(locale)
    of = found.taken + found.refused
    lines = []
    if found.kind == "unseen":
        return [_("No verdict was given. Say of five people whether they match: a line follows from that.")]
    if found.kind == "all_refused":
        lines.append(_("All %(of)s people judged were refused.", of=of))
    elif found.kind == "all_taken":
        lines.append(_("All %(of)s people judged match: the line may lie lower than anybody shown.", of=of))
    elif found.kind == "one_line":
        lines.append(
            _("The verdicts do name a line: %(line)s separates the %(taken)s taken from the %(refused)s refused.",
              line=found.line, taken=found.taken, refused=found.refused)
        )  # fmt: skip
    else:
        lines.append(
            _(
                "No line separates the %(taken)s taken from the %(refused)s refused.",
                taken=found.taken,
                refused=found.refused,
            )
        )
    for one in found.separates:
        lines.append(
            _("“%(what)s” is met by %(taken)s of the %(of_taken)s taken and %(refused)s of the %(of_refused)s refused.",
              what=one.label(locale), taken=one.taken, of_taken=found.taken, refused=one.refused, of_refused=found.refused)
        )  # fmt: skip
    if found.reasons:
        named = _(", ").join(f"{reason_text(code, locale)} ({count})" for code, count in found.reasons)
        lines.append(_("Reasons given: %(reasons)s", reasons=named))
    lines.append(
        {
            "all_refused": _("Next step: compare the three specifications; what is asked for isn't there as it is written."),
            "all_taken": _("Next step: look at people further down, and set the line where “yes” ends."),
            "one_line": _("Next step: commit at that line, or say what else must hold."),
            "no_line": _("Next step: make that requirement a must, or write it as guidance; the shortlist is then made anew."),
            "unsaid": _("Next step: what decides isn't in the description. Write it down as guidance in your own words; the shortlist is then made anew."),
        }[found.kind]
    )  # fmt: skip
    return lines
