"""Labelled descriptions: what counts as right, and the figure of the open set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from plugin.bench.reading import Unlabelled, measure
from plugin.cli import main

OPEN = Path(__file__).parents[1] / "fixtures" / "descriptions" / "open"
TEXT = "職種：経理担当\n必須条件\n・日商簿記2級\n・Excel\n歓迎条件\n・USCPA\n\n年収：600万円〜700万円\n勤務地：東京都"
LABEL = {
    "title": "経理担当",
    "must": [["日商簿記2級"], ["Excel"]],
    "nice": [["USCPA"]],
    "pay": {"low": 6_000_000, "high": 7_000_000},
    "place": "13",
}


def folder(tmp_path: Path, label: object) -> Path:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "a.json").write_text(json.dumps(label, ensure_ascii=False), "utf-8")
    return tmp_path


def test_all_right_is_all_right(tmp_path: Path) -> None:
    found = measure(folder(tmp_path, LABEL))
    assert found.failures == [] and found.overall()["share"] == 1.0
    assert found.tallies["visa"].absent_right == 1 and found.tallies["must"].total == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"place": "27"}, "place"),
        ({"visa": "sponsored"}, "visa"),
        ({"title": "経理部長"}, "title"),
        ({"pay": {"low": 6_000_000, "high": 7_000_000, "fixed_overtime_hours": 30}}, "pay"),
        ({"must": [["日商簿記2級"]]}, "must"),
        ({"nice": [["USCPA"], ["Excel"]]}, "nice"),
    ],
)
def test_each_difference_is_one_wrong_decision(tmp_path: Path, change: dict[str, object], field: str) -> None:
    found = measure(folder(tmp_path, LABEL | change))
    assert [failure[1] for failure in found.failures] == [field]


def test_an_optional_span_is_neither_right_nor_wrong(tmp_path: Path) -> None:
    found = measure(folder(tmp_path, LABEL | {"must": [["日商簿記2級"]], "optional": [["Excel"]]}))
    assert found.failures == [] and found.tallies["must"].total == 1


def test_a_label_that_is_not_in_the_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unlabelled, match="mend the label"):
        measure(folder(tmp_path, LABEL | {"must": [["COBOL"]]}))


def test_a_folder_without_labels_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "read-jd", str(tmp_path)]) == 2
    assert "holds no labelled description" in capsys.readouterr().err


def test_at_least_95_percent_of_the_open_set_is_read_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "read-jd", str(OPEN), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["descriptions"] >= 56
    assert told["overall"]["without_absent_share"] >= 0.95, told["failures"]
    for row in told["fields"]:
        assert row["share"] >= 0.9, row
