"""The three faults of a requirement: fixtures that are one, and fixtures that nearly are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.faults import Fault, faults_of
from ranking.values import (
    PAY_BEYOND,
    PAY_UNKNOWN,
    PAY_WITHIN,
    LanguageNeed,
    LanguageTally,
    Level,
    Market,
    Pay,
    Quote,
    Requirement,
    Skill,
    Stated,
    Tally,
)

NOWHERE = Quote("", 0, 0)
LINE = 75
M = 1_000_000


def asked(**changes: Any) -> Requirement:
    """A requirement with a must and pay up to ¥9M, and what a test changes."""
    values: dict[str, Any] = {
        "must": (Stated(Skill("go", "Go", "Go"), NOWHERE),),
        "pay": Stated(Pay(7 * M, 9 * M), NOWHERE),
    } | changes
    return Requirement("en", title=Stated("Engineer", NOWHERE), **values)


def need(level: Level, required: bool = True) -> Stated[LanguageNeed]:
    return Stated(LanguageNeed(level, required), NOWHERE)


def market(
    speakers: dict[tuple[int, int], int] | None = None,
    *,
    score: int = 80,
    people: int | None = None,
    within_reach: int = 1_000,
) -> Market:
    """`speakers`: (level of Japanese, millions wanted or −1) → people, all with this score without the language."""
    speakers = {(5, 8): 60} if speakers is None else speakers
    tallies = tuple(LanguageTally(score, level, "stated", pay, n) for (level, pay), n in speakers.items() if n)
    there = sum(speakers.values())
    by_pay = {
        PAY_WITHIN: sum(n for (_level, pay), n in speakers.items() if 0 <= pay <= 9),
        PAY_UNKNOWN: sum(n for (_level, pay), n in speakers.items() if pay < 0),
        PAY_BEYOND: sum(n for (_level, pay), n in speakers.items() if pay > 9),
    }
    counted = (
        tuple(Tally(score, pay, True, n) for pay, n in by_pay.items() if n)
        if people is None
        else (Tally(score, PAY_WITHIN, True, people),)
    )
    return Market(40, 2_000, within_reach, counted, {"japanese": tallies, "english": tallies}, ((score, "13", there),))


SPREAD = tuple(range(95, 55, -2))


def kinds(requirement: Requirement, table: Market, shown: tuple[int, ...] = SPREAD) -> list[tuple[str, str]]:
    return [(fault.kind, fault.cause) for fault in faults_of(requirement, table, LINE, shown)]


def test_a_requirement_the_supply_serves_has_no_fault() -> None:
    assert kinds(asked(japanese=need(Level.BUSINESS)), market({(5, 8): 40, (3, 8): 20, (2, 9): 30})) == []


# Too narrow.


@pytest.mark.parametrize(("people", "score", "narrow"), [(4, 80, True), (0, 80, True), (5, 80, False), (4, 55, True), (60, 54, True), (60, 55, False)])  # fmt: skip
def test_too_narrow_is_fewer_than_five_at_any_sensible_line(people: int, score: int, narrow: bool) -> None:
    found = kinds(asked(), market({(5, 8): people}, score=score))
    assert (("too_narrow", "") in found) == narrow


def test_a_language_or_a_band_that_keeps_people_away_is_not_narrow() -> None:
    assert not any(
        kind == "too_narrow" for kind, _cause in kinds(asked(japanese=need(Level.NATIVE)), market({(1, 15): 60}))
    )


def test_a_narrow_one_says_of_how_many() -> None:
    (fault,) = faults_of(asked(), market({(5, 8): 3}), LINE, SPREAD)
    assert fault == Fault("too_narrow", "", {"line": 55, "people": 3, "within_reach": 1_000})


# Too vague.


@pytest.mark.parametrize(
    ("very_strong", "weaker", "spread", "vague"),
    [
        (50, 75, 5, True),
        (4_000, 0, 0, True),
        (49, 0, 5, False),  # too few to be many
        (50, 76, 5, False),  # under two fifths: the others are told apart
        (50, 75, 6, False),  # the best are told apart
    ],
)
def test_too_vague_is_many_people_nobody_can_tell_apart(
    very_strong: int, weaker: int, spread: int, vague: bool
) -> None:
    shown = (95, *[95 - spread] * 19)
    table = replace(
        market(),
        people=(
            Tally(85, PAY_WITHIN, True, very_strong - 1),
            Tally(99, PAY_UNKNOWN, False, 1),
            Tally(84, PAY_WITHIN, True, weaker),
            Tally(99, PAY_BEYOND, True, 900),  # no letter goes to them
            Tally(54, PAY_WITHIN, True, 900),  # they don't match at all
        ),
    )
    assert (("too_vague", "flat") in kinds(asked(), table, shown)) == vague


@pytest.mark.parametrize(
    ("changes", "vague"),
    [
        ({"must": ()}, True),
        ({"must": (), "japanese": need(Level.BUSINESS, required=False)}, True),
        ({"must": (), "japanese": need(Level.BUSINESS)}, False),
        ({}, False),
    ],
)
def test_nothing_required_is_vague_whatever_the_scores(changes: dict[str, Any], vague: bool) -> None:
    assert (("too_vague", "no_musts") in kinds(asked(**changes), market())) == vague


# Unattractable: language, pay, both.


@pytest.mark.parametrize(
    ("speakers", "cause"),
    [
        ({(5, 8): 4, (2, 8): 60}, "language"),  # four of 64
        ({(5, 8): 5, (2, 8): 46}, "language"),  # five, but under a tenth
        ({(5, 8): 5, (2, 8): 45}, ""),  # a tenth
        ({(5, 8): 4, (2, 8): 5}, ""),  # nine viable: too few to blame the language
        ({(5, 8): 4, (2, 8): 6}, "language"),
        ({(5, 14): 50, (5, 8): 4, (2, 8): 60}, "both"),  # there are speakers, at other pay
    ],
)
def test_language_against_supply_at_the_band(speakers: dict[tuple[int, int], int], cause: str) -> None:
    found = kinds(asked(japanese=need(Level.FLUENT)), market(speakers))
    assert found == ([("unattractable", cause)] if cause else [])


@pytest.mark.parametrize(
    ("speakers", "cause"),
    [
        ({(5, 10): 11, (5, 8): 9}, "pay"),  # the median wants at least ¥10M, 11 % above
        ({(5, 10): 9, (5, 8): 11}, ""),  # the median is inside
        ({(5, 9): 20}, ""),  # at the band's end
        ({(5, 12): 9, (5, -1): 30}, ""),  # nine whose wish is known: too few
        ({(5, 12): 10, (5, -1): 30}, "pay"),
    ],
)
def test_a_stale_band(speakers: dict[tuple[int, int], int], cause: str) -> None:
    found = kinds(asked(), market(speakers))
    assert found == ([("unattractable", cause)] if cause else [])


def test_a_band_stale_by_just_under_a_tenth_is_not() -> None:
    speakers = {(5, 11): 20}
    assert kinds(asked(pay=Stated(Pay(None, 10 * M), NOWHERE)), market(speakers)) == []
    assert kinds(asked(pay=Stated(Pay(None, 9_990_000), NOWHERE)), market(speakers)) == [("unattractable", "pay")]


def test_pay_is_asked_of_those_who_speak_the_language() -> None:
    """Those without the language would come for ¥8M; those with it want ¥12M."""
    speakers = {(5, 12): 20, (2, 8): 40, (5, 8): 8}
    (fault,) = faults_of(asked(japanese=need(Level.FLUENT)), market(speakers), LINE, SPREAD)
    assert (fault.cause, fault.numbers["median"], fault.numbers["known"]) == ("pay", 12 * M, 28)
    assert (fault.numbers["high"], fault.numbers["percent"]) == (9 * M, 33)


def test_both_at_once() -> None:
    speakers = {(5, 12): 30, (5, 8): 2, (2, 8): 60}
    (fault,) = faults_of(asked(japanese=need(Level.FLUENT)), market(speakers), LINE, SPREAD)
    assert (fault.kind, fault.cause) == ("unattractable", "both")
    assert (fault.numbers["viable"], fault.numbers["speaking"]) == (62, 2)


def test_no_pay_and_no_language_asked_is_nothing_to_blame() -> None:
    assert kinds(asked(pay=None), market({(1, 20): 80})) == []
    assert kinds(asked(japanese=need(Level.NATIVE, required=False)), market({(1, 8): 80})) == []


@given(
    speakers=st.dictionaries(st.tuples(st.integers(-1, 5), st.integers(-1, 30)), st.integers(0, 200), max_size=20),
    more=st.integers(1, 100),
    level=st.sampled_from(list(Level)),
)
def test_more_speakers_at_the_band_never_make_the_language_a_fault(
    speakers: dict[tuple[int, int], int], more: int, level: Level
) -> None:
    requirement = asked(japanese=need(level))

    def language_at_fault(table: dict[tuple[int, int], int]) -> bool:
        return any(fault.cause in ("language", "both") for fault in faults_of(requirement, market(table), LINE, SPREAD))

    added = {**speakers, (5, 8): speakers.get((5, 8), 0) + more}
    viable = sum(n for (_level, pay), n in speakers.items() if pay <= 9)
    if viable >= 10 and not language_at_fault(speakers):
        assert not language_at_fault(added)


@given(line=st.integers(40, 100), floor=st.integers(40, 90))
def test_nobody_at_all_is_narrow_and_breaks_nothing(line: int, floor: int) -> None:
    empty = replace(market({}), floor=floor, within_reach=0)
    found = faults_of(asked(japanese=need(Level.NATIVE)), empty, max(line, floor), ())
    assert [fault.kind for fault in found] == ["too_narrow"]
