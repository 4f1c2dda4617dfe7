"""What the manager wrote is shown as understood; a refusal offers other words; a lawful exception is HR's; summaries stand beside."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlmodel import select

from plugin.alignment import acts
from plugin.alignment.guidance import MOST, current, echo, hash_of, read_from_ats
from plugin.alignment.posting import note_text
from plugin.alignment.summaries import fit_summaries
from plugin.alignment.views import shortlist_view
from plugin.i18n import LOCALES
from plugin.rows import Task
from ranking.guidance import read_guidance
from ranking.summary import fit_summary

WORDS = "Goは必須です。PHPの方は避けたい。落ち着いて進められる方。出世欲の強い方は避けたい。30代まで。障害者雇用枠での採用です。"


@pytest.mark.parametrize("locale", LOCALES)
def test_every_point_is_echoed_in_the_readers_language(locale: str) -> None:
    points = echo(read_guidance(WORDS), locale)
    assert [point.polarity for point in points] == ["must", "avoid", "loose", "unused", "refused", "hr"]
    refused, hr = points[-2:]
    assert refused.quote == "30代まで" and refused.reason and refused.law and refused.rewrite
    assert hr.reason and not hr.rewrite
    japanese = re.compile(r"[ぁ-ん]")
    for point in points:
        assert bool(japanese.search(point.reason + point.rewrite)) == (locale == "ja" and bool(point.reason))
        assert (point.how == "must") == (locale == "en" and point.polarity == "must")


def test_nothing_written_is_nothing_echoed() -> None:
    assert echo(None, "ja") == ()


def test_the_note_echoes_the_criteria_as_understood(house: Any) -> None:
    house.ring()
    with house.work.writing() as session:
        acts.set_guidance(session, house.connection, house.requisition(session), WORDS, "staff:1")
    house.settle()
    (note,) = [body for body in house.ats.notes if "選考の観点（読み取った内容）" in body]
    assert re.search("・Go.*：必須", note) and "・30代まで：選考には使えません" in note
    assert "労働施策総合推進法第9条" in note and "メンバークラス" in note


def test_the_note_says_in_a_second_line_what_to_ask(house: Any) -> None:
    house.ring()
    row = {"unit": "must:sql", "label_ja": "SQL", "label_en": "SQL", "status": "not_found", "points": 0.0}
    row |= {"maximum": 20.0, "description": None, "profile": None, "inferred": False}
    summary = fit_summary([{"name": "must", "rows": [row]}], score=99)
    with house.reading() as session:
        view = shortlist_view(session, house.calibration(session), masked=True, locale="ja", vault=house.work.vault)
    lines = note_text(view, {view.entries[1].profile_id: summary}).splitlines()
    after = lines.index("    面接で確認：SQL")
    assert lines[after - 1].startswith("2.") and len(lines) == len(note_text(view).splitlines()) + 1


def test_a_book_in_the_ats_field_is_read_to_its_limit_and_once(house: Any) -> None:
    house.ring()
    with house.work.writing() as session:
        requisition = house.requisition(session)
        assert read_from_ats(session, requisition, " Go必須。" + "あ" * 100_000)
        assert not read_from_ats(session, requisition, "Go必須。" + "あ" * 200_000)
        note = current(session, requisition.key)
        assert note is not None and len(note.text) == MOST and note.hash == hash_of(note.text)


def test_a_lawful_exception_opens_one_task_and_nothing_else_does(house: Any) -> None:
    house.ring()
    for words in ("30代まで。", "障害者雇用枠での採用です。", "障害者雇用枠での採用です。"):
        with house.work.writing() as session:
            acts.set_guidance(session, house.connection, house.requisition(session), words, "staff:1")
    with house.reading() as session:
        (task,) = session.exec(select(Task).where(Task.kind == "guidance_exception")).all()
    assert task.facts == {"codes": ["health"]} and task.state == "open"


def test_summaries_are_masked_as_the_view_is_and_else_the_same(house: Any) -> None:
    house.ring()
    with house.reading() as session:
        calibration = house.calibration(session)
        masked = fit_summaries(session, calibration, masked=True, vault=house.work.vault)
        plain = fit_summaries(session, calibration, masked=False, vault=house.work.vault)
    assert len(masked) == 20 and masked.keys() == plain.keys()
    for profile_id, summary in masked.items():
        other = plain[profile_id]
        for locale in LOCALES:
            assert not re.search("Fictional|架空第", summary.text(locale)) and "■" in summary.text(locale)
            assert re.search("Fictional|架空第", other.text(locale))
        assert summary.facts.proposed and summary.facts.line == calibration.proposed_line
        assert re.findall(r"\d+", re.sub(r"「.*?」", "", summary.text("ja"))) == re.findall(
            r"\d+", re.sub(r"「.*?」", "", other.text("ja"))
        )
