"""What verdicts say about the line, and which five people are asked about first."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.alignment.covers import above
from plugin.alignment.deciding import (
    NO_ORDER,
    REASONS,
    Judged,
    contradiction_text,
    contradictions,
    five,
    judged,
    reason_text,
    suggested_line,
    suggestion_text,
    the_rest,
)
from plugin.alignment.views import EntryView

_VERDICTS = st.lists(st.tuples(st.integers(0, 100), st.booleans()), max_size=20).map(
    lambda said: [Judged(f"A-{n:02}", score, match) for n, (score, match) in enumerate(sorted(said)[::-1], start=1)]
)
_LINES = st.integers(40, 100)


def _entries(scores: list[int], verdicts: dict[int, bool] | None = None) -> list[EntryView]:
    blank: dict[str, Any] = {
        "band": "", "capped": False, "headline": "", "dimensions": (), "best": "", "reachable": True, "why_not": (),
        "evidence_hash": "",
    }  # fmt: skip
    return [
        EntryView(
            rank=rank,
            label=f"A-{rank:02}",
            profile_id=f"p{rank}",
            score=score,
            verdict=(verdicts or {}).get(rank),
            **blank,
        )
        for rank, score in enumerate(sorted(scores, reverse=True), start=1)
    ]


@given(scores=st.lists(st.integers(0, 100), max_size=20), line=_LINES)
def test_five_decide_the_line_and_nobody_is_left_out(scores: list[int], line: int) -> None:
    entries = _entries(scores)
    chosen = five(entries, line)
    assert len(chosen) == min(5, len(entries))
    assert [one.rank for one in chosen] == sorted({one.rank for one in chosen})
    assert sorted([*chosen, *the_rest(entries, chosen)], key=lambda one: one.rank) == entries
    if entries:
        assert entries[0] in chosen and entries[-1] in chosen


@given(scores=st.lists(st.integers(0, 100), min_size=6, max_size=20), line=_LINES)
def test_the_three_between_lie_around_the_line(scores: list[int], line: int) -> None:
    entries = _entries(scores)
    three = five(entries, line)[1:-1]
    between = entries[1:-1]
    for side in ([one for one in between if one.score >= line][-1:], [one for one in between if one.score < line][:1]):
        assert all(one in three for one in side)
    farthest = max(abs(one.score - line) for one in three)
    outside = [one for one in between if one not in three]
    assert all(abs(one.score - line) >= min(farthest, abs(one.score - line)) for one in outside)
    # Beside the nearest of either side, nobody outside is nearer than the one taken besides them.
    if len(three) == 3 and outside:
        nearest_outside = min(abs(one.score - line) for one in outside)
        assert sorted(abs(one.score - line) for one in three)[0] <= nearest_outside


@given(verdicts=_VERDICTS, proposed=_LINES, floor=st.integers(0, 60), inclusive=st.booleans())
def test_no_line_agrees_with_more_verdicts(verdicts: list[Judged], proposed: int, floor: int, inclusive: bool) -> None:
    found = suggested_line(verdicts, proposed=max(proposed, floor), floor=floor, inclusive=inclusive)

    def agreeing(line: int) -> int:
        return sum(above(one.score, line, inclusive) == one.match for one in verdicts)

    if not verdicts:
        assert (found.line, found.why) == (max(proposed, floor), "nothing_said")
        return
    assert found.agrees == agreeing(found.line) == max(agreeing(line) for line in range(floor, 101))
    assert (found.why == "separates") == (found.agrees == found.of)
    if agreeing(max(proposed, floor)) == found.agrees:
        assert found.line == max(proposed, floor), "the proposed line stands while nothing speaks against it"


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ([(90, True), (80, True), (70, False)], 75),
        ([(90, True), (68, True), (60, False)], 68),  # the proposed 75 would leave out somebody who was taken
        ([(90, True), (80, False), (70, False)], 81),
        ([(90, False)], 91),
        ([(82, False), (64, True), (90, True)], 83),
    ],
)
def test_the_line_is_moved_no_further_than_the_verdicts_ask(said: list[tuple[int, bool]], line: int) -> None:
    verdicts = [Judged(f"A-{n}", score, match) for n, (score, match) in enumerate(said)]
    assert suggested_line(verdicts, proposed=75, floor=40, inclusive=True).line == line


@given(verdicts=_VERDICTS)
def test_contradictions_are_refusals_clearly_above_somebody_taken(verdicts: list[Judged]) -> None:
    by_label = {one.label: one for one in verdicts}
    found = contradictions(verdicts)
    for one in found:
        assert not by_label[one.refused_label].match and by_label[one.taken_label].match
        assert one.refused_score - one.taken_score >= NO_ORDER
    any_there = any(
        not refused.match and taken.match and refused.score - taken.score >= NO_ORDER
        for refused in verdicts
        for taken in verdicts
    )
    assert bool(found) == any_there


def test_the_contradiction_is_said_with_both_people() -> None:
    (one,) = contradictions([Judged("A-02", 82, False), Judged("A-17", 64, True)])
    assert "A-02" in contradiction_text(one, "en") and "64" in contradiction_text(one, "en")
    assert "82" in contradiction_text(one, "ja") and "A-17" in contradiction_text(one, "ja")


def test_small_gaps_are_no_contradiction() -> None:
    assert contradictions([Judged("A-02", 82, False), Judged("A-03", 73, True)]) == []


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_everything_is_said_in_both_languages(locale: str) -> None:
    texts = [reason_text(code, locale) for code in REASONS]
    for verdicts in ([], [Judged("A-01", 90, True)], [Judged("A-01", 90, False), Judged("A-02", 60, True)]):
        texts.append(suggestion_text(suggested_line(verdicts, proposed=75, floor=40, inclusive=True), locale))
    assert len(set(texts)) == len(texts)
    assert all(any("぀" <= c <= "ヿ" or "一" <= c <= "鿿" for c in text) == (locale == "ja") for text in texts)


def test_verdicts_come_from_the_entries_they_were_given_on() -> None:
    entries = _entries([90, 80, 70], {1: True, 3: False})
    assert judged(entries) == [Judged("A-01", 90, True), Judged("A-03", 70, False)]
