"""The market counts everyone within reach, whatever they want to earn; what is unknown stands in its own place."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from ranking.judge import Judge
from ranking.requirement import read_requirement
from ranking.store import ProfileStore
from ranking.values import PAY_BEYOND, PAY_UNKNOWN, PAY_WITHIN, Level, Market, Profile, Requirement

TODAY = date(2026, 11, 21)
JD = (
    "職種：バックエンドエンジニア\n必須条件\n・Python\n・日本語：ビジネスレベル\n年収：500万円〜700万円\n勤務地：東京都"
)
TEXT = "バックエンドエンジニア。Pythonの経験5年。"
WRITTEN = "Pythonで決済システムの設計と開発を担当し、チームの立ち上げから運用まで一貫して取り組んできました。"


def test_market_agrees_with_the_scores_of_everybody(
    filled: ProfileStore, profiles: list[Profile], sales: Requirement, backend: Requirement
) -> None:
    for requirement in (sales, backend):
        run = Judge(filled).calibrate(requirement, None, reference_date=TODAY)
        assert run.table is not None
        assert sum(t.count for t in run.table.people if t.pay != PAY_BEYOND) == sum(g.count for g in run.groups)
        assert run.universe == run.table.universe == len(profiles)
        assert run.considered <= run.table.within_reach <= run.universe
        viable = sum(count for _, _, count in run.table.places)
        for tallies in run.table.languages.values():
            assert sum(t.count for t in tallies) == viable
        assert all(t.score >= run.floor and t.count > 0 for t in run.table.people)


def test_groups_hold_everyone_above_the_floor_once(
    filled: ProfileStore, profiles: list[Profile], sales: Requirement
) -> None:
    run = Judge(filled).calibrate(sales, None, reference_date=TODAY)
    listed = {profile_id: g.score for g in run.groups for profile_id, _ in g.people()}
    assert len(listed) == sum(g.count for g in run.groups) <= run.considered
    everybody = Judge.score_profiles(sales, None, profiles, reference_date=TODAY)
    assert all(listed.get(s.profile_id, s.score) == s.score for s in everybody)
    assert all(score >= run.floor for score in listed.values())
    assert [g.score for g in run.groups] == sorted({g.score for g in run.groups}, reverse=True)
    assert all(g.count == len(list(g.people())) for g in run.groups)


@pytest.fixture
def six(store: ProfileStore) -> Market:
    store.apply(
        1,
        [
            Profile("within", TEXT, desired_pay=6_900_000, place="13", japanese=Level.FLUENT, contactable=True),
            Profile("beyond", TEXT, desired_pay=9_000_000, place="14", japanese=Level.NATIVE),
            Profile("far", TEXT, desired_pay=6_000_000, place="40"),
            Profile("written", TEXT + WRITTEN, desired_pay=60_000_000),
            Profile("english", TEXT, japanese=Level.BASIC),
            Profile("silent", TEXT),
        ],
    )
    table = Judge(store).calibrate(read_requirement(JD), None, reference_date=TODAY, floor=1).table
    assert table is not None
    return table


def test_out_of_reach_is_left_out_and_high_hopes_are_not(six: Market) -> None:
    assert (six.universe, six.within_reach) == (6, 5)
    by_pay = Counter[int]()
    for tally in six.people:
        by_pay[tally.pay] += tally.count
    assert by_pay == {PAY_WITHIN: 1, PAY_UNKNOWN: 2, PAY_BEYOND: 2}
    assert sum(t.count for t in six.people if t.contactable) == 1
    assert {place for _, place, _ in six.places} == {"13", "14", ""}


def test_levels_tell_what_is_stated_from_what_is_inferred(six: Market) -> None:
    japanese = sorted((t.level, t.basis, t.pay_band) for t in six.languages["japanese"])
    assert japanese == [
        (-1, "", -1),
        (int(Level.BASIC), "stated", -1),
        (int(Level.FLUENT), "stated", 6),
        (int(Level.FLUENT), "written", 50),  # bands end at fifty million
        (int(Level.NATIVE), "stated", 9),
    ]
    assert {(t.level, t.basis) for t in six.languages["english"]} == {(-1, "")}


def test_a_market_survives_json(six: Market) -> None:
    assert Market.from_json(six.to_json()) == six


def test_an_inferred_level_is_shown_with_a_sentence_and_never_contradicts(store: ProfileStore) -> None:
    (scored,) = Judge.score_profiles(read_requirement(JD), None, [Profile("p", TEXT + WRITTEN)])
    (row,) = [row for d in scored.dimensions for row in d.rows if row.unit == "language:japanese"]
    assert (row.status, row.inferred) == ("related", True)
    assert row.points == pytest.approx(0.7 * row.maximum, abs=0.01)
    assert row.profile is not None and row.profile.words in WRITTEN
    native = JD.replace("ビジネスレベル", "ネイティブ")
    (scored,) = Judge.score_profiles(read_requirement(native), None, [Profile("p", TEXT + WRITTEN)])
    (row,) = [row for d in scored.dimensions for row in d.rows if row.unit == "language:japanese"]
    assert (row.status, row.points, scored.capped) == ("not_found", 0, False)
