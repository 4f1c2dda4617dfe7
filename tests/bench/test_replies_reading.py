"""`kakuyaku bench read-reply`: labelled replies counted, folder by folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from plugin.bench.command import bench
from plugin.bench.replies_reading import Unlabelled, labels_of, measure

MAIL = "From: taro@example.com\nDate: Sat, 21 Nov 2026 09:00:00 +0900\nContent-Type: text/plain; charset=utf-8\n\n{}\n"


def folder_of(path: Path, **replies: tuple[str, str]) -> Path:
    path.mkdir()
    for name, (text, _) in replies.items():
        (path / f"{name}.eml").write_text(MAIL.format(text), encoding="utf-8")
    lines = [f"{name}.eml\t-\t{columns}" for name, (_, columns) in replies.items()]
    (path / "labels.tsv").write_text("# notes\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(*arguments: object) -> Any:
    return CliRunner().invoke(bench, ["read-reply", *(str(one) for one in arguments)])


def test_right_and_wrong_are_counted_by_intent(tmp_path: Path) -> None:
    folder = folder_of(
        tmp_path / "some",
        a=("ぜひお願いします。", "interested\tno\t-\t-\t-\t-"),
        b=("辞退いたします。", "declined\tno\t-\t-\t-\t-"),
        c=("4月以降に改めてご連絡ください。", "later|declined\t-\t-\t2027-04\t-\t-"),
        d=("年収を教えてください。", "declined\t-\t-\t-\tpay\t-"),
    )
    found = measure(folder)
    assert (found.total, found.right, found.person_right, found.person_asked) == (4, 3, 2, 2)
    rows = {row["intent"]: row for row in found.rows()}
    assert rows["declined"]["recall"] == 0.5 and rows["question"]["precision"] == 0.0
    assert found.beside["when"][:2] == [1, 1] and found.beside["reason"][:2] == [1, 0]
    assert [one[0] for one in found.wrong if one[1] == "intent"] == ["d.eml"]


def test_a_no_acted_on_as_a_yes_is_listed_and_ends_with_an_error(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "some", a=("ぜひお願いします。", "opt_out\t-\t-\t-\t-\t-"))
    assert measure(folder).no_as_yes == measure(folder).left_unsilenced == ["a.eml"]
    result = run(folder)
    assert result.exit_code == 1 and "A NO AS A YES  a.eml" in result.output


def test_of_a_frozen_folder_only_totals_are_told(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "frozen", secret=("ぜひお願いします。", "declined\t-\t-\t-\t-\t-"))
    told = run(folder, "--failures").output + run(folder, "--failures", "--json").output
    assert "a no acted on as a yes: 1" in told and "secret" not in told


def test_folders_are_told_apart(tmp_path: Path) -> None:
    one = folder_of(tmp_path / "one", a=("ぜひお願いします。", "interested\t-\t-\t-\t-\t-"))
    two = folder_of(tmp_path / "two", a=("辞退いたします。", "declined\t-\t-\t-\t-\t-"))
    told = json.loads(run(one, two, "--json").output)
    assert [(each["folder"], each["letters"]) for each in told] == [
        ("one", True),
        ("one", False),
        ("two", True),
        ("two", False),
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("a.eml\t-\tinterested", "3 columns"),
        ("a.eml\t-\thappy\t-\t-\t-\t-\t-", "happy is no intent"),
        ("a.eml\t-\tquestion\t-\tweather\t-\t-\t-", "weather is no topic"),
        ("# nothing", "labels no reply"),
    ],
)
def test_a_label_that_cannot_be_read_is_said_in_a_sentence(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "labels.tsv").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(Unlabelled, match=says):
        labels_of(tmp_path)
    result = run(tmp_path)
    assert result.exit_code == 1 and says in result.output and "Traceback" not in result.output
