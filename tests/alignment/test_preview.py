"""The live re-run and the people behind a cell: worked by a worker, masked, short-lived, and nothing is changed by it."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import Session, col, select

from plugin.alignment import acts, cells, preview, questions
from plugin.alignment.market import market_table, read_market
from plugin.database import now_of
from plugin.people import delete_profiles
from plugin.rows import Calibration, Event, Job, Override, Question, RequirementRow, Requisition
from plugin.work.jobs import INTERACTIVE
from plugin.work.ticks import keep_house
from ranking.values import LanguageTally, Market, Tally


def _ask(house: Any, text: str, guidance: str = "", by: str = "staff:1") -> str:
    with house.work.writing() as session:
        return preview.ask(session, house.work.vault, house.requisition(session), text=text, guidance=guidance, by=by)


def _look(house: Any, token: str, locale: str = "en", **changes: Any) -> preview.Preview:
    with house.work.reading() as session:
        return preview.answer(
            session, house.work.vault, token, **{"employer_id": house.employer.key, "locale": locale, **changes}
        )


def _text(house: Any) -> str:
    with house.work.reading() as session:
        return str(house.requisition(session).description)


def _rows(session: Session) -> dict[str, int]:
    tables = (Calibration, RequirementRow, Override, Event, Requisition)
    return {table.__name__: len(session.exec(select(table)).all()) for table in tables}


@pytest.mark.parametrize("locale", ["ja", "en"])
def test_a_text_still_in_writing_is_run_and_nothing_changes(house: Any, locale: str) -> None:
    house.ring()
    writes = list(house.ats.writes)
    with house.work.reading() as session:
        before = _rows(session)
        requisition = house.requisition(session).model_dump()
    text = _text(house).replace("1,000万円", "1,300万円")
    token = _ask(house, text, "Kubernetesの経験は必須")
    assert _look(house, token, locale).state == "owed"
    house.settle()
    found = _look(house, token, locale)
    assert found.state == "done" and found.text == text
    assert [name for name, _label in found.changed_fields] == ["pay"]
    pay = next(one for one in found.fields if one.field == "pay")
    assert pay.changed and ("1,300万円" if locale == "ja" else "¥13M") in pay.value and pay.quote
    assert not next(one for one in found.fields if one.field == "place").changed
    assert found.guidance_changed and found.understood is not None
    assert (found.line, found.people, found.people_before) == (75, 24, 24)
    assert [person.label for person in found.top] == ["A-01", "A-02", "A-03", "A-04", "A-05"]
    assert [person.score_before for person in found.top] == [100, 99, 98, 97, 96]
    shown = " ".join(f"{person.headline} {person.best}" for person in found.top)
    assert "■" in shown and "Fictional" not in shown and "架空" not in shown
    with house.work.reading() as session:
        assert _rows(session) == before
        assert house.requisition(session).model_dump() == requisition
    assert house.ats.writes == writes


def test_a_re_run_goes_ahead_of_everything_else(house: Any) -> None:
    house.ring()
    _ask(house, _text(house))
    with house.work.reading() as session:
        job = session.exec(select(Job).where(col(Job.kind) == "question")).one()
    assert (job.lane, job.state) == (INTERACTIVE, "owed")


def test_a_text_that_asks_nothing_says_so(house: Any) -> None:
    house.ring()
    token = _ask(house, "")
    house.settle()
    found = _look(house, token)
    assert found.state == "failed" and "neither a role nor a skill" in found.message


def test_a_text_longer_than_any_description_is_refused(house: Any) -> None:
    house.ring()
    with pytest.raises(preview.TooLong) as refused:
        _ask(house, "Go" * preview.MOST)
    assert "40,000" in refused.value.text("en") and "40,000" in refused.value.text("ja")


def test_only_the_newest_text_of_one_person_is_run(house: Any) -> None:
    house.ring()
    first, other = _ask(house, _text(house)), _ask(house, _text(house), by="staff:2")
    second = _ask(house, _text(house) + "\n・Kubernetesの経験")
    ran = len(house.desk.asked)
    house.settle()
    assert len(house.desk.asked) == ran + 2
    assert [_look(house, token).state for token in (first, other, second)] == ["gone", "done", "done"]


def test_an_answer_is_shown_to_its_own_employer_and_requisition_alone(house: Any) -> None:
    house.ring()
    token = _ask(house, _text(house))
    house.settle()
    with house.work.reading() as session:
        own = house.requisition(session).key
        there = {"session": session, "vault": house.work.vault, "employer_id": house.employer.key}
        assert questions.look(**there, token=token, kind="cell").state == "gone"
    assert _look(house, token, requisition_id=own).state == "done"
    assert _look(house, token, requisition_id=own + 1).state == "gone"
    assert _look(house, token, employer_id=house.employer.key + 1).state == "gone"
    assert _look(house, token[:-1]).state == "gone"


def test_what_was_asked_and_answered_is_sealed_and_gone_in_minutes(house: Any) -> None:
    house.ring()
    token = _ask(house, _text(house) + "極秘の計画")
    house.settle()
    with house.work.reading() as session:
        row = session.exec(select(Question)).one()
        assert row.sealed_answer is not None
        assert "極秘".encode() not in row.sealed_asked + row.sealed_answer
        assert token not in (row.token, str(session.exec(select(Job).where(col(Job.kind) == "question")).one().payload))
    house.clock.move(questions.KEPT + timedelta(seconds=1))
    assert _look(house, token).state == "gone"
    keep_house(house.work)
    with house.work.reading() as session:
        assert session.exec(select(Question)).all() == []


def test_an_answer_goes_with_anybody_who_is_erased(house: Any) -> None:
    house.ring()
    token = _ask(house, _text(house))
    house.settle()
    with house.work.writing() as session:
        delete_profiles(session, house.work.vault, house.employer.key, ["p000"])
    assert _look(house, token).state == "gone"


def test_fields_set_by_hand_stay_set_but_for_what_the_text_now_says_otherwise(house: Any) -> None:
    house.ring()
    with house.work.writing() as session:
        acts.set_override(
            session,
            house.connection,
            house.requisition(session),
            "pay",
            {"low": 7_000_000, "high": 12_000_000},
            "staff:1",
        )
    house.settle()
    token = _ask(house, _text(house) + "\n歓迎：Kubernetes")
    house.settle()
    assert next(one.value for one in _look(house, token).fields if one.field == "pay") == "¥7M – ¥12M"
    token = _ask(house, _text(house).replace("1,000万円", "900万円"))
    house.settle()
    assert next(one.value for one in _look(house, token).fields if one.field == "pay") == "¥7M – ¥9M"


# The people behind a cell.


def _table(house: Any) -> None:
    """Two who speak business Japanese want ¥12M; the other cells have more people."""
    tallies = (
        LanguageTally(90, 3, "stated", 8, 9),
        LanguageTally(90, 4, "stated", 8, 6),
        LanguageTally(90, 3, "stated", 12, 2),
        LanguageTally(90, 4, "stated", 12, 7),
        LanguageTally(90, 5, "stated", 8, 10),
        LanguageTally(90, -1, "", -1, 8),
    )
    house.desk.table = Market(40, 24, 24, (Tally(90, 0, True, 24),), {"japanese": tallies}, ((90, "13", 24),))
    house.ring()


def _ask_cell(house: Any, level: int, band: int, basis: str = "stated") -> str:
    with house.work.writing() as session:
        return cells.ask_people(
            session,
            house.work.vault,
            house.calibration(session),
            language="japanese",
            line=75,
            level=level,
            basis=basis,
            band=band,
            by="staff:1",
        )


def _desk_finds(house: Any, count: int) -> list[dict[str, Any]]:
    asked: list[dict[str, Any]] = []

    def people_of(requirement: Any, guidance: Any, cell: dict[str, Any], **how: Any) -> tuple[int, tuple[Any, ...]]:
        asked.append({**cell, **how})
        ids = sorted(house.desk.profiles)[:count]
        return count, tuple(SimpleNamespace(profile_id=id, score=90 - n, contactable=True) for n, id in enumerate(ids))

    house.desk.people_of = people_of
    return asked


def test_a_cell_opens_its_people_with_names_only_for_those_who_see_names(house: Any) -> None:
    _table(house)
    asked = _desk_finds(house, 6)
    token = _ask_cell(house, 5, 0)
    house.settle()
    assert {"language": "japanese", "level": 5, "basis": "stated", "line": 75, "limit": 100}.items() <= asked[0].items()
    with house.work.reading() as session:
        how = {"employer_id": house.employer.key, "locale": "ja"}
        masked = cells.people_behind(session, house.work.vault, token, masked=True, **how)
        named = cells.people_behind(session, house.work.vault, token, masked=False, **how)
    assert masked.of == named.of == 6
    assert [one.profile_id for one in masked.people] == [one.profile_id for one in named.people]
    assert all(one.name == "" and "Fictional" not in one.headline for one in masked.people)
    assert named.people[0].name == "Fiona Invented0"


def test_withheld_empty_and_invented_cells_stay_closed(house: Any) -> None:
    _table(house)
    _desk_finds(house, 6)
    with house.work.reading() as session:
        table = market_table(read_market(session, house.calibration(session)), 75, "japanese")
    held = [(row.level, band) for row in table.rows for band, count in enumerate(row.counts) if count is None]
    assert held, "two people are in one of the cells"
    for level, band in [*held, (1, 0), (3, 99), (3, -1)]:
        with pytest.raises(cells.Withheld) as refused:
            _ask_cell(house, level, band)
    assert refused.value.text("en") != refused.value.text("ja")


def test_a_cell_few_are_left_in_is_withheld_again(house: Any) -> None:
    _table(house)
    _desk_finds(house, 4)
    token = _ask_cell(house, 5, 0)
    house.settle()
    with house.work.reading() as session:
        found = cells.people_behind(
            session, house.work.vault, token, employer_id=house.employer.key, masked=False, locale="en"
        )
    assert (found.state, found.people) == ("failed", ()) and "Fewer than five" in found.message
    with house.work.reading() as session:
        assert session.exec(select(Question)).one().expires_at > now_of(session)
