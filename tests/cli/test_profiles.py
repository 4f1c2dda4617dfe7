"""`profiles`, `rank`, `calibrate`, `read-jd`: the judgement at the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from plugin.cli.means import opened
from plugin.rows import Profile
from plugin.settings import load
from plugin.work import errands
from plugin.work.runtime import build_work
from plugin.work.worker import Worker

Kakuyaku = Callable[..., Any]


@pytest.fixture
def jd(tmp_path: Path) -> Path:
    path = tmp_path / "jd.txt"
    path.write_text((files("ranking") / "data" / "demo" / "backend_ja.txt").read_text(encoding="utf-8"), "utf-8")
    return path


@pytest.fixture
def people(tmp_path: Path, kakuyaku: Kakuyaku) -> Path:
    path = tmp_path / "people.jsonl"
    ran = kakuyaku("profiles", "generate", 60, "--seed", 7, "--out", path)
    assert (ran.code, ran.err) == (0, "")
    return path


def test_the_same_seed_gives_the_same_people(kakuyaku: Kakuyaku) -> None:
    first, again, other = (kakuyaku("profiles", "generate", 5, "--seed", seed).out for seed in (1, 1, 2))
    assert first == again != other
    assert len(first.splitlines()) == 5


def test_a_description_is_read_with_its_words(kakuyaku: Kakuyaku, jd: Path) -> None:
    read = json.loads(kakuyaku("read-jd", jd, "--json").out)
    assert read["title"]["quote"]["words"] in jd.read_text("utf-8") and read["must"]
    shown = kakuyaku("read-jd", jd).out
    assert "title" in shown and " JPY a year" in shown and "from 5 years" in shown and "東京都" in shown


def test_what_asks_for_nothing_is_refused(kakuyaku: Kakuyaku, tmp_path: Path) -> None:
    for name, content in (("empty.txt", b""), ("binary.txt", b"\xff\xfe\x00\x81")):
        (tmp_path / name).write_bytes(content)
        ran = kakuyaku("read-jd", tmp_path / name)
        assert ran.code == 2 and name in ran.err


def test_everybody_in_a_file_is_ranked_with_evidence(kakuyaku: Kakuyaku, jd: Path, people: Path) -> None:
    told = json.loads(kakuyaku("rank", "--jd", jd, "--profiles", people, "--top", 60, "--json").out)
    scores = [one["score"] for one in told["ranking"]]
    assert len(scores) == 60 and scores == sorted(scores, reverse=True)
    texts = {data["id"]: data["text"] for data in map(json.loads, people.read_text("utf-8").splitlines())}
    for one in told["ranking"]:
        for row in one["evidence"]:
            if row["profile"] is not None:
                quote = row["profile"]
                assert texts[one["id"]][quote["start"] : quote["end"]] == quote["words"]


def test_the_table_for_people_shows_the_words_that_earned_the_most(
    kakuyaku: Kakuyaku, jd: Path, tmp_path: Path
) -> None:
    path = tmp_path / "two.jsonl"
    lines = ({"id": "a", "text": "Goでバックエンド開発を6年。" + "趣味は山です。" * 40}, {"id": "b", "text": "花屋。"})
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    shown = kakuyaku("rank", "--jd", jd, "--profiles", path).out.splitlines()
    assert shown[1].startswith("  1.") and " a " in shown[1]
    assert shown[2].strip().startswith("「Goでバックエンド開発を6年") and all(len(line) < 140 for line in shown)


def test_a_text_longer_than_any_person_s_is_left_out_at_once(kakuyaku: Kakuyaku, jd: Path, tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    lines = ({"id": "whole file", "text": "営業を3年。" * 200_000}, {"id": "a", "text": "Goを5年。"})
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    ran = kakuyaku("rank", "--jd", jd, "--profiles", path, "--json")
    assert "line 1: the text has 1,200,000 characters" in ran.err and "営業" not in ran.err
    assert [one["id"] for one in json.loads(ran.out)["ranking"]] == ["a"]


def test_a_bad_line_is_named_and_the_others_are_ranked(kakuyaku: Kakuyaku, jd: Path, tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    path.write_text('{"id": "a", "text": "Goエンジニア 5年"}\nnonsense\n', "utf-8")
    ran = kakuyaku("rank", "--jd", jd, "--profiles", path, "--json")
    assert ran.code == 0 and "line 2" in ran.err and [one["id"] for one in json.loads(ran.out)["ranking"]] == ["a"]
    path.write_text("nonsense\n", "utf-8")
    assert kakuyaku("rank", "--jd", jd, "--profiles", path).code == 2


def test_guidance_that_may_not_decide_is_named(kakuyaku: Kakuyaku, jd: Path, people: Path, tmp_path: Path) -> None:
    wish = tmp_path / "wish.txt"
    wish.write_text("35歳以下の男性が望ましい。Go必須。", "utf-8")
    ran = kakuyaku("rank", "--jd", jd, "--profiles", people, "--guidance", wish, "--json")
    assert ran.code == 0 and "may not decide" in ran.err


def test_people_are_imported_counted_verified_and_calibrated_on(kakuyaku: Kakuyaku, jd: Path, people: Path) -> None:
    assert kakuyaku("profiles", "import", people).code == 2  # whose?
    ran = kakuyaku("profiles", "import", people, "--create", "--employer", "株式会社みほん")
    assert ran.code == 0 and "60 imported" in ran.out
    counted = json.loads(kakuyaku("profiles", "count", "--json").out)
    assert (counted["known"], counted["profiles"], counted["applied"]) == (60, 60, counted["journal"])
    assert kakuyaku("profiles", "verify").out == "sound\n"
    assert kakuyaku("profiles", "rebuild").out == "60 rebuilt\n"
    told = json.loads(kakuyaku("calibrate", "--jd", jd, "--json").out)
    assert told["universe"] == 60 and len(told["shortlist"]) == 20
    # The score of a person is the same in the store and in a file.
    ranked = json.loads(kakuyaku("rank", "--jd", jd, "--profiles", people, "--top", 60, "--json").out)["ranking"]
    scores = {one["id"]: one["score"] for one in ranked}
    assert all(scores[one["id"]] == one["score"] for one in told["shortlist"])


def test_generated_people_go_into_a_store(kakuyaku: Kakuyaku) -> None:
    ran = kakuyaku("profiles", "generate", 30, "--employer", "みほん", "--create")
    assert ran.code == 0
    assert json.loads(kakuyaku("profiles", "count", "--json").out)["profiles"] == 30


def test_banned_data_is_stripped_and_counted(kakuyaku: Kakuyaku, tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    path.write_text('{"id": "a", "text": "Goエンジニア 5年\\n本籍：東京都\\n", "birth_date": "1990-01-01"}\n', "utf-8")
    ran = kakuyaku("profiles", "import", path, "--employer", "みほん", "--create")
    assert ran.code == 0 and "stripped" in ran.out


def test_a_command_hands_its_errand_to_the_running_worker(
    kakuyaku: Kakuyaku, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kakuyaku("profiles", "import", people, "--employer", "みほん", "--create").code == 0
    running = build_work(load())
    worker = Worker(running)
    worker.start()
    try:
        from ranking.store import StoreBusy

        asked = []

        def busy(work: object, desk: object, name: str, *rest: object) -> object:
            if work is not None and not getattr(work, "claim", None):
                asked.append(name)
                raise StoreBusy("another process has the store")
            return done(work, desk, name, *rest)  # type: ignore[arg-type]

        done = errands.do
        # The store's lock holds within one process too little to keep ourselves out, so the command is told it is busy.
        monkeypatch.setattr(errands, "do", busy)
        ran = kakuyaku("profiles", "count", "--json")
    finally:
        worker.stop()
        running.close()
    assert asked == ["count"]
    assert ran.code == 0 and json.loads(ran.out)["profiles"] == 60 and "another process has the store" in ran.err


def test_verify_compares_the_store_with_the_journal(kakuyaku: Kakuyaku) -> None:
    kakuyaku("profiles", "generate", 12, "--employer", "みほん", "--create")
    with opened() as work, work.writing() as session:
        first, second, *_ = session.exec(select(Profile)).all()
        gone, changed = first.profile_id, second.profile_id
        second.revision += 1
        session.delete(first)
    ran = kakuyaku("profiles", "verify", "--json")
    assert ran.code == 1
    found = {(each["kind"], each["profile_id"]) for each in json.loads(ran.out)}
    assert found == {("journal_differs", changed), ("journal_erased", "")}
    assert gone not in ran.out
