"""A calibration over a store: the same scores as without one, filters that never exclude the unknown, counts that add up."""

from __future__ import annotations

from datetime import date

import pytest

from ranking.judge import Judge, proposed_line
from ranking.requirement import read_requirement
from ranking.store import ProfileStore
from ranking.values import Calibrated, Profile, Requirement

TODAY = date(2026, 11, 21)


def everyone(run: Calibrated) -> list[tuple[str, int, int]]:
    """(profile id, revision, score) of everyone from the floor up, best first, ties by id."""
    return [(profile_id, revision, g.score) for g in run.groups for profile_id, revision in sorted(g.people())]


def test_the_store_gives_the_scores_of_score_profiles(
    filled: ProfileStore, profiles: list[Profile], backend: Requirement, sales: Requirement
) -> None:
    for requirement in (backend, sales):
        run = Judge(filled).calibrate(requirement, None, reference_date=TODAY, floor=0)
        by_id = {s.profile_id: s for s in Judge.score_profiles(requirement, None, profiles, reference_date=TODAY)}
        assert all(by_id[profile_id].score == score for profile_id, _, score in everyone(run))
        for scored in run.shortlist:
            assert scored == by_id[scored.profile_id]
            assert scored.evidence_hash == by_id[scored.profile_id].evidence_hash


def test_the_shortlist_is_the_head_of_the_scores(filled: ProfileStore, sales: Requirement) -> None:
    run = Judge(filled).calibrate(sales, None, reference_date=TODAY)
    assert [(s.profile_id, s.revision, s.score) for s in run.shortlist] == everyone(run)[: len(run.shortlist)]
    assert run.universe == 400 and run.store_revision == 7
    assert all(score >= run.floor for _, _, score in everyone(run))
    assert 50 <= run.proposed_line <= 85


def test_the_best_are_good_and_most_are_not(filled: ProfileStore, backend: Requirement) -> None:
    run = Judge(filled).calibrate(backend, None, reference_date=TODAY, floor=0)
    scores = sorted((score for _, _, score in everyone(run)), reverse=True)
    assert scores[0] >= 70
    assert scores[len(scores) // 2] < 45


def test_pay_and_place_exclude_only_what_contradicts(store: ProfileStore) -> None:
    text = "バックエンドエンジニア。Pythonの経験5年。"
    store.apply(
        1,
        [
            Profile("dear", text, desired_pay=9_000_000, place="13"),
            Profile("far", text, desired_pay=6_000_000, place="40"),
            Profile("near", text, desired_pay=6_000_000, place="14"),
            Profile("unknown", text),
        ],
    )
    onsite = read_requirement(
        "職種：バックエンドエンジニア\n必須条件\n・Python\n年収：500万円〜700万円\n勤務地：東京都"
    )
    run = Judge(store).calibrate(onsite, None, reference_date=TODAY, floor=0)
    assert {profile_id for profile_id, _, _ in everyone(run)} == {"near", "unknown"}
    assert run.universe == 4 and run.considered == 2
    remote = read_requirement("職種：バックエンドエンジニア\n必須条件\n・Python\n勤務地：東京都\nフルリモート")
    assert Judge(store).calibrate(remote, None, reference_date=TODAY).considered == 4
    unfiltered = Judge.score_profiles(onsite, None, list(store.scan()), reference_date=TODAY)
    assert len(unfiltered) == 4  # ranking removes nobody


def test_an_empty_store_calibrates_to_nothing(store: ProfileStore, sales: Requirement) -> None:
    run = Judge(store).calibrate(sales, None, reference_date=TODAY)
    assert (run.universe, run.considered, run.shortlist, run.groups, run.specifications) == (0, 0, (), (), ())
    assert run.table is not None and run.table.people == ()


def test_evidence_for_anybody(filled: ProfileStore, sales: Requirement) -> None:
    run = Judge(filled).calibrate(sales, None, reference_date=TODAY)
    wanted = [everyone(run)[3][0], "nobody"]
    (scored,) = Judge(filled).evidence(sales, None, wanted, reference_date=TODAY)
    assert (scored.profile_id, scored.revision, scored.score) == everyone(run)[3]


@pytest.mark.parametrize(("best", "line"), [([], 50), ([95, 92, 91], 85), ([80, 77], 75), ([40], 50)])
def test_the_proposed_line(best: list[int], line: int) -> None:
    assert proposed_line(best) == line
