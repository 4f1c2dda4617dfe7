"""Faults in words: their numbers, of how many, in both languages; few people are not counted out (R10)."""

from __future__ import annotations

from typing import Any

import pytest

from plugin.alignment.faults import fault_text, fault_title, faults_of
from plugin.alignment.market import StoredMarket
from ranking.faults import Fault
from ranking.values import Market

FAULTS = [
    Fault("too_narrow", "", {"line": 55, "people": 3, "within_reach": 1_412}),
    Fault(
        "too_narrow",
        "",
        {"line": 55, "people": 0, "within_reach": 1_412, "must_ja": "Go言語", "must_en": "Go", "without_must": 19, "shown": 20},
    ),
    Fault("too_vague", "flat", {"line": 85, "people": 4_210, "sensible": 55, "matching": 6_018, "within_reach": 9_000, "musts": 1, "shown": 20, "spread": 2}),
    Fault("too_vague", "no_musts", {"line": 85, "people": 4_210, "sensible": 55, "matching": 6_018, "within_reach": 9_000, "musts": 0, "shown": 20, "spread": 20}),
    Fault("unattractable", "language", {"line": 75, "viable": 612, "speaking": 2, "language": "japanese", "level": 4}),
    Fault("unattractable", "language", {"line": 75, "viable": 612, "speaking": 31, "language": "english", "level": 3}),
    Fault("unattractable", "pay", {"line": 75, "known": 410, "median": 11_000_000, "high": 9_000_000, "percent": 22}),
]  # fmt: skip


@pytest.mark.parametrize("locale", ["ja", "en"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}-{fault.cause}")
def test_a_fault_is_said_with_its_numbers(fault: Fault, locale: str) -> None:
    text, title = fault_text(fault, locale), fault_title(fault, locale)
    assert title and title not in ("too_narrow", "too_vague", "unattractable")
    named = {"flat": ("matching", "people", "shown", "spread"), "no_musts": ("within_reach", "matching")}
    for name in named.get(fault.cause, ("within_reach", "viable", "known")):
        if name in fault.numbers:
            assert f"{fault.numbers[name]:,}" in text
    assert "must_ja" not in fault.numbers or "19" in text
    few = fault.numbers.get("speaking", fault.numbers.get("people"))
    assert (("5名未満" if locale == "ja" else "fewer than five") in text) == (few in (1, 2, 3, 4))
    if fault.cause == "pay":
        for said in ("410", "22%", *(("1,100万円", "900万円") if locale == "ja" else ("¥11M", "¥9M"))):
            assert said in text


def test_both_causes_are_both_said() -> None:
    numbers = {**FAULTS[4].numbers, **FAULTS[6].numbers}
    for locale in ("ja", "en"):
        text = fault_text(Fault("unattractable", "both", numbers), locale)
        assert "612" in text and "410" in text


def test_a_narrow_requirement_names_the_must_that_costs_most(house: Any) -> None:
    house.ring()
    with house.work.writing() as session:
        calibration = house.calibration(session)
        nobody = StoredMarket(Market(40, 24, 24, (), {}, ()))
        (fault,) = faults_of(session, calibration, nobody, 75)
        assert fault.kind == "too_narrow" and "must_en" not in fault.numbers, "everyone shown has every must"
        from sqlmodel import col, select

        from plugin.rows import ShortlistEntry

        for entry in session.exec(select(ShortlistEntry).where(col(ShortlistEntry.rank) > 8)):
            (dimension,) = entry.evidence
            entry.evidence = [{**dimension, "rows": [{**row, "status": "not_found"} for row in dimension["rows"]]}]
            session.add(entry)
        session.flush()
        (fault,) = faults_of(session, calibration, nobody, 75)
    assert fault.numbers.items() >= {"must_en": "Go", "must_ja": "Go言語", "without_must": 12, "shown": 20}.items()
    assert "“Go”" in fault_text(fault, "en") and "12" in fault_text(fault, "en")
