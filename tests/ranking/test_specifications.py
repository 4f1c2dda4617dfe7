"""Each way to write the requirement is scored as if it had been written so: the counts are those of brute force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import pytest

from ranking.columns import Block, Snapshot, blocks_of_profiles
from ranking.facts import complete
from ranking.judge import Judge
from ranking.places import within_reach
from ranking.plan import make_plan
from ranking.requirement import read_requirement
from ranking.score import evaluate
from ranking.specifications import PAY_CAP, PAY_STEP, changed
from ranking.universe import generate
from ranking.values import (
    PAY_BEYOND,
    PAY_UNKNOWN,
    PAY_WITHIN,
    Calibrated,
    Level,
    Profile,
    Requirement,
    Specification,
)

TODAY = date(2026, 11, 21)


class Listed:
    """A store of profiles in hand, cut into several blocks."""

    def __init__(self, profiles: list[Profile], size: int) -> None:
        self._profiles = {profile.id: profile for profile in profiles}
        cuts = range(0, len(profiles), size)
        self._blocks = tuple(block for cut in cuts for block in blocks_of_profiles(profiles[cut : cut + size]))

    def snapshot(self) -> Snapshot:
        return Snapshot(self._blocks, 1, len(self._profiles))

    def get(self, ids: Sequence[str]) -> dict[str, Profile]:
        return {profile_id: complete(self._profiles[profile_id]) for profile_id in ids}


@pytest.fixture(scope="module")
def crowd() -> list[Profile]:
    return [person.profile for person in generate(500, 23)]


@pytest.fixture(scope="module")
def judge(crowd: list[Profile]) -> Iterator[Judge]:
    yield Judge(Listed(crowd, 130))


Crowd = tuple[Block, tuple[Profile, ...]]


@pytest.fixture(scope="module")
def everybody(crowd: list[Profile]) -> Crowd:
    (block,) = blocks_of_profiles(crowd)
    return block, tuple(map(complete, crowd))


def brute(everybody: Crowd, requirement: Requirement) -> dict[str, tuple[int, int]]:
    """Score and pay class of everybody within reach, by the plan of the requirement as it stands."""
    block, profiles = everybody
    scored = evaluate(make_plan(requirement, None), block, TODAY.year * 12 + TODAY.month - 1).score
    scores = dict(zip((profile_id.decode() for profile_id in block.ids.tolist()), scored.tolist(), strict=True))
    reach = within_reach(requirement.place.value) if requirement.place else None
    if requirement.remote is not None and requirement.remote.value == "full":
        reach = None
    high = requirement.pay.value.high if requirement.pay else None
    found = {}
    for profile in profiles:
        if reach is not None and profile.place and profile.place not in reach:
            continue
        pay = PAY_UNKNOWN if profile.desired_pay is None else PAY_WITHIN
        if high is not None and profile.desired_pay is not None and profile.desired_pay > high:
            pay = PAY_BEYOND
        found[profile.id] = scores[profile.id], pay
    return found


DESCRIPTIONS = (
    "職種：バックエンドエンジニア\n必須条件\n・Python\n・AWS\n・日本語：ネイティブ\n歓迎条件\n・Kubernetes\n"
    "・英語：ビジネスレベル\n年収：500万円〜700万円\n勤務地：東京都",
    "職種：バックエンドエンジニア\n必須条件\n・Python\n・AWS\n・Terraform\n歓迎条件\n・Kubernetes\n年収：600万円〜800万円",
    "Sales Manager\nRequirements\n- SaaS sales\n- Salesforce\n- Fluent Japanese\n- Business level English\nNice to have\n"
    "- Team lead experience",
    "職種：経理\n必須条件\n・月次決算\n・連結決算\n・日商簿記2級",
)


@pytest.mark.parametrize("text", DESCRIPTIONS)
def test_every_way_counts_as_brute_force_does(judge: Judge, everybody: Crowd, text: str) -> None:
    requirement = read_requirement(text)
    run = judge.calibrate(requirement, None, reference_date=TODAY)
    written = brute(everybody, requirement)
    assert run.specifications[0].kind == "as_written" and not run.specifications[0].changes
    assert 1 <= len(run.specifications) <= 3
    line = run.proposed_line
    for way in run.specifications:
        now = brute(everybody, changed(requirement, way.changes))
        assert by_score_and_pay(way) == Counter((score, pay) for score, pay in now.values() if score >= run.floor)
        fits = {i for i, (score, pay) in now.items() if score >= line and pay != PAY_BEYOND}
        fitted = {i for i, (score, pay) in written.items() if score >= line and pay != PAY_BEYOND}
        gained = sorted((-now[i][0], i, written[i][0]) for i in fits - fitted)
        expected = [] if way.kind == "as_written" else [(i, -score, before) for score, i, before in gained[:50]]
        assert list(way.gained) == expected
        assert bool(way.gained) == (way.kind != "as_written")


def by_score_and_pay(way: Specification) -> Counter[tuple[int, int]]:
    counts = Counter[tuple[int, int]]()
    for tally in way.people:
        counts[tally.score, tally.pay] += tally.count
    return counts


def test_language_and_pay_are_moved_where_they_are_stated(judge: Judge) -> None:
    run = judge.calibrate(read_requirement(DESCRIPTIONS[0]), None, reference_date=TODAY)
    kinds = {way.kind: way for way in run.specifications}
    assert set(kinds) == {"as_written", "language_eased", "pay_moved"}
    assert kinds["language_eased"].changes in (
        {"japanese": {"level": int(Level.FLUENT), "required": True}},
        {"japanese": None},
        {"english": {"level": int(Level.CONVERSATIONAL), "required": False}},
        {"english": None},
    )
    assert kinds["language_eased"].about in kinds["language_eased"].changes
    high = kinds["pay_moved"].changes["pay"]["high"]
    assert high % PAY_STEP == 0 and 7_000_000 < high <= 7_000_000 * PAY_CAP
    assert kinds["pay_moved"].changes["pay"]["low"] == 5_000_000


def test_without_a_language_a_must_is_eased(judge: Judge) -> None:
    run = judge.calibrate(read_requirement(DESCRIPTIONS[1]), None, reference_date=TODAY)
    assert "language_eased" not in {way.kind for way in run.specifications}
    (eased,) = [way for way in run.specifications if way.kind == "must_eased"]
    requirement = read_requirement(DESCRIPTIONS[1])
    assert len(eased.changes["must"]) == 2 and len(eased.changes["nice"]) == 2
    assert changed(requirement, eased.changes).nice[-1].value.concept == eased.about


def test_of_all_musts_the_one_that_keeps_most_away_is_eased(judge: Judge, everybody: Crowd) -> None:
    requirement = read_requirement(DESCRIPTIONS[1])
    run = judge.calibrate(requirement, None, reference_date=TODAY)
    written = brute(everybody, requirement)

    def gain(number: int) -> int:
        must, nice = list(requirement.must), list(requirement.nice)
        nice.append(must.pop(number))
        now = brute(everybody, replace(requirement, must=tuple(must), nice=tuple(nice)))
        return sum(
            pay != PAY_BEYOND and score >= run.proposed_line and written[i][0] < run.proposed_line
            for i, (score, pay) in now.items()
        )

    gains = [gain(number) for number in range(len(requirement.must))]
    (eased,) = [way for way in run.specifications if way.kind == "must_eased"]
    assert eased.about == requirement.must[gains.index(max(gains))].value.concept


def test_a_band_nobody_exceeds_is_not_moved(judge: Judge) -> None:
    text = DESCRIPTIONS[0].replace("500万円〜700万円", "500万円〜9000万円")
    run = judge.calibrate(read_requirement(text), None, reference_date=TODAY)
    assert "pay_moved" not in {way.kind for way in run.specifications}


def test_the_best_gained_score_as_a_changed_description_would_score_them(judge: Judge, crowd: list[Profile]) -> None:
    requirement = read_requirement(DESCRIPTIONS[0])
    by_id = {profile.id: profile for profile in crowd}
    for way in judge.calibrate(requirement, None, reference_date=TODAY).specifications[1:]:
        some = [by_id[profile_id] for profile_id, _, _ in way.gained[:5]]
        now = Judge.score_profiles(changed(requirement, way.changes), None, some, reference_date=TODAY)
        assert {s.profile_id: s.score for s in now} == {i: score for i, score, _ in way.gained[:5]}


def test_a_preview_is_the_calibration_without_its_list(judge: Judge) -> None:
    requirement = read_requirement(DESCRIPTIONS[0])
    run = judge.calibrate(requirement, None, reference_date=TODAY)
    preview = judge.preview(requirement, None, reference_date=TODAY)
    assert preview.groups == () and run.groups
    assert (preview.shortlist, preview.table, preview.specifications) == (run.shortlist, run.table, run.specifications)


def test_stages_are_timed(judge: Judge) -> None:
    run: Calibrated = judge.calibrate(read_requirement(DESCRIPTIONS[0]), None, reference_date=TODAY)
    assert {"read", "score", "specifications", "groups", "evidence"} <= set(run.seconds)
    assert all(seconds >= 0 for seconds in run.seconds.values())


def test_specifications_survive_json(judge: Judge) -> None:
    for way in judge.calibrate(read_requirement(DESCRIPTIONS[0]), None, reference_date=TODAY).specifications:
        assert Specification.from_json(way.to_json()) == way
