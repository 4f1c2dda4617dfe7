"""What is wrong with a requirement, in words with its numbers (B8, B15): a reason to talk, at the top of the page."""

from __future__ import annotations

from sqlmodel import Session, col, select

from plugin.alignment import saying
from plugin.alignment.diagnosis import unanswered
from plugin.alignment.market import StoredMarket
from plugin.alignment.tables import level_text
from plugin.alignment.withholding import LEAST
from plugin.i18n import phrases
from plugin.rows import Calibration, RequirementRow, ShortlistEntry
from ranking import faults as ranking_faults
from ranking.faults import Fault
from ranking.values import Requirement


def faults_of(session: Session, calibration: Calibration, stored: StoredMarket, line: int) -> tuple[Fault, ...]:
    """The faults of a calibrated requirement at a line; a narrow one names the must that most of the shown lack."""
    entries = session.exec(
        select(ShortlistEntry)
        .where(col(ShortlistEntry.calibration_id) == calibration.key)
        .order_by(col(ShortlistEntry.rank))
    ).all()
    asked = Requirement.from_json(session.get_one(RequirementRow, calibration.requirement_id).parsed)
    found = ranking_faults.faults_of(asked, stored.market, line, [entry.score for entry in entries])
    missing = unanswered([entry.evidence for entry in entries])[:1]
    return tuple(
        Fault(
            fault.kind,
            fault.cause,
            {
                **fault.numbers,
                "must_ja": missing[0].label_ja,
                "must_en": missing[0].label_en,
                "without_must": missing[0].not_found + missing[0].contradicted,
                "shown": len(entries),
            },
        )
        if fault.kind == "too_narrow" and missing
        else fault
        for fault in found
    )


def fault_title(fault: Fault, locale: str) -> str:
    """A fault's name in two or three words."""
    _ = phrases(locale)
    return {
        "too_narrow": _("Too narrow"),
        "too_vague": _("Too vague"),
        "unattractable": _("Out of reach as it stands"),
    }.get(fault.kind, fault.kind)


def fault_text(fault: Fault, locale: str) -> str:
    """A fault in one or two sentences, with its numbers and what they are of."""
    if fault.kind == "too_narrow":
        return _narrow(fault, locale)
    if fault.kind == "too_vague":
        return _vague(fault, locale)
    parts = []
    if fault.cause in ("language", "both"):
        parts.append(_language(fault, locale))
    if fault.cause in ("pay", "both"):
        parts.append(_pay(fault, locale))
    return ("" if locale == "ja" else " ").join(parts)


def _narrow(fault: Fault, locale: str) -> str:
    _ = phrases(locale)
    numbers = fault.numbers
    said = _(
        "Of %(within_reach)s people within reach, %(people)s reach %(line)s points even without the language asked for.",
        within_reach=_number(numbers["within_reach"]),
        people=_few(numbers["people"], locale),
        line=numbers["line"],
    )
    if "without_must" not in numbers:
        return said
    more = _(
        "“%(must)s” costs most: it is not found in %(count)s of the %(shown)s best.",
        must=numbers["must_ja" if locale == "ja" else "must_en"],
        count=numbers["without_must"],
        shown=numbers["shown"],
    )
    return said + ("" if locale == "ja" else " ") + more


def _vague(fault: Fault, locale: str) -> str:
    _ = phrases(locale)
    numbers = fault.numbers
    if fault.cause == "no_musts":
        return _(
            "Nothing is required: no skill, no years, no language. %(matching)s of %(within_reach)s people within reach score"
            " %(sensible)s or more.",
            matching=_few(numbers["matching"], locale),
            within_reach=_number(numbers["within_reach"]),
            sensible=numbers["sensible"],
        )
    return _(
        "It tells people apart too little: of %(matching)s people who match at all (%(sensible)s points or more), %(people)s"
        " score %(line)s or more, and the scores of the %(shown)s shown differ by %(spread)s at most.",
        people=_number(numbers["people"]),
        matching=_number(numbers["matching"]),
        sensible=numbers["sensible"],
        line=numbers["line"],
        spread=numbers["spread"],
        shown=numbers["shown"],
    )


def _language(fault: Fault, locale: str) -> str:
    _ = phrases(locale)
    numbers = fault.numbers
    return _(
        "Of %(viable)s viable people at this pay (or whose wish is unknown), %(speaking)s have the %(language)s asked for"
        " (%(level)s or better).",
        viable=_number(numbers["viable"]),
        speaking=_few(numbers["speaking"], locale),
        language=saying.label(str(numbers["language"]), locale),
        level=level_text(int(numbers["level"]), "stated", locale),
    )


def _pay(fault: Fault, locale: str) -> str:
    _ = phrases(locale)
    numbers = fault.numbers
    return _(
        "Half of the %(known)s viable people whose wish is known want %(median)s or more: at least %(percent)s above the"
        " band's end of %(high)s.",
        known=_number(numbers["known"]),
        median=saying.yen(int(numbers["median"]), locale),
        high=saying.yen(int(numbers["high"]), locale),
        percent=f"{numbers['percent']}%",
    )


def _number(value: int | str) -> str:
    return f"{int(value):,}"


def _few(value: int | str, locale: str) -> str:
    """A count of people as tables show it, with its Japanese counter: fewer than five are not counted out (R10)."""
    if 0 < int(value) < LEAST:
        return phrases(locale)("fewer than five")
    return f"{int(value):,}名" if locale == "ja" else f"{int(value):,}"
