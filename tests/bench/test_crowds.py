"""The benchmarks over crowds: small ones here, so that what they print is known to mean what it says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from plugin.bench import calibrate, chroma, loading
from plugin.bench.command import bench
from plugin.bench.crowd_store import open_crowd
from ranking.judge import Judge
from ranking.requirement import read_requirement

PEOPLE = 3_000


def quiet(text: str) -> None:
    """Progress nobody reads here."""


def test_a_calibration_is_measured_stage_by_stage(tmp_path: Path) -> None:
    found = calibrate.measure(PEOPLE, runs=3, cache=tmp_path, say=quiet)
    assert [row["description"] for row in found["calibration"]] == list(calibrate.DESCRIPTIONS)
    for row in found["calibration"]:
        parts = [row[f"{stage}_p50_ms"] for stage in ("read", "score", "specifications", "groups", "evidence")]
        assert all(part >= 0 for part in parts) and row["whole_p50_ms"] >= max(parts)
        assert 0 < row["above_floor"] <= row["considered"] <= PEOPLE and row["best"] >= row["twentieth"] > 0
    assert found["recall_at_20"] > 0.8 and found["store"]["disk_mb"] >= 0


def test_a_crowd_is_drawn_once_and_judged_as_its_texts_are(tmp_path: Path) -> None:
    _store, figures = open_crowd(PEOPLE, tmp_path, quiet)
    again, kept = open_crowd(PEOPLE, tmp_path, quiet)
    assert kept["written_s"] == figures["written_s"]
    requirement = read_requirement(calibrate.DESCRIPTIONS["two musts"])
    found = Judge(again).calibrate(requirement, None, reference_date=calibrate.DAY)
    from_texts = Judge.score_profiles(
        requirement,
        None,
        [again.crowd.profile(one.profile_id) for one in found.shortlist],
        reference_date=calibrate.DAY,
    )
    by_text = {one.profile_id: one.score for one in from_texts}
    # Vectors are sums of parts, so the similarity differs a little; everything else is the same.
    assert all(abs(by_text[one.profile_id] - one.score) <= 12 for one in found.shortlist)
    for one in found.shortlist:
        for dimension in one.dimensions:
            for row in dimension.rows:
                text = again.crowd.profile(one.profile_id).text
                assert row.profile is None or text[row.profile.start : row.profile.end] == row.profile.words


def test_loading_chroma_goes_on_where_it_stopped(tmp_path: Path) -> None:
    first = chroma.load(12_000, tmp_path, quiet, minutes=0.0)
    assert 0 < first["people"] < 12_000
    second = chroma.load(12_000, tmp_path, quiet, minutes=5.0)
    assert second["people"] == 12_000 and second["added"] == 12_000 - first["people"]
    rows = chroma.query(12_000, tmp_path, quiet, runs=3)
    assert [row["where"] for row in rows] == ["nothing", *chroma.WHERE] and all(row["people"] == 12_000 for row in rows)


def test_people_come_in_end_to_end() -> None:
    found = loading.measure(1_000, quiet)
    assert found["profiles"] == 1_000 and found["per_second"] > 0 and found["disk_mb"] > 0


@pytest.mark.parametrize(
    "command", [["calibrate", "--profiles", "7"], ["load", "--profiles", "many"], ["chroma", "--minutes", "-1"]]
)
def test_wrong_sizes_are_refused_before_anything_starts(command: list[str]) -> None:
    result = CliRunner().invoke(bench, command)
    assert result.exit_code == 2 and "Error" in result.output


def test_json_is_json(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        bench, ["calibrate", "--profiles", "1000", "--runs", "3", "--cache", str(tmp_path), "--json"]
    )
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["sizes"][0]["profiles"] == 1_000 and found["encoding"]["texts_per_second"] > 0
