"""Companies off limits: numbers and names, lists in and out, and until when they hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from plugin.identity import Identity, fold_company
from plugin.rows import OffLimits
from plugin.scouting.off_limits import Company, corporate_number, end, find, listed, put, standing
from plugin.scouting.off_limits_lists import read_list, write_list, wrong_text

TODAY = date(2026, 11, 20)
NUMBER = "7000012050002"  # 国税庁's own, as its site explains the check digit


def names(session: Session, stage: Any, **person: Any) -> str | None:
    found = standing(session, stage.connection.employer_id, stage.clock.now()).of(Identity(name="見本 太郎", **person))
    return found.name if found is not None else None


@pytest.mark.parametrize("said", [NUMBER, " 7000-0120-50002", "７００００１２０５０００２", "T7000012050002"])
def test_a_corporate_number_is_read_however_it_is_written(said: str) -> None:
    assert corporate_number(said) == NUMBER


@given(st.integers(0, 12), st.integers(1, 8))
def test_one_wrong_digit_is_noticed(place: int, step: int) -> None:
    wrong = NUMBER[:place] + str((int(NUMBER[place]) + step) % 10) + NUMBER[place + 1 :]
    if int(wrong[place]) % 9 == int(NUMBER[place]) % 9:
        return  # 0 and 9 are one by nines: no such digit can tell them apart
    with pytest.raises(ValueError):
        corporate_number(wrong)


@pytest.mark.parametrize(
    ("company", "same"),
    [
        ("みほん", True),
        ("株式会社みほん", True),
        ("㈱みほん", True),
        ("（株）みほん", True),
        ("ﾐﾎﾝ", True),
        ("ミホン　", True),
        ("Mihon Co., Ltd.", True),
        ("みほん銀行", False),
        ("", False),
    ],
)
def test_a_company_is_found_by_name_and_alias_however_it_is_written(stage: Any, company: str, same: bool) -> None:
    with stage.work.writing() as session:
        put(
            session,
            stage.connection.employer_id,
            Company("株式会社みほん", "営業部", aliases=("ミホン", "MIHON K.K.")),
            by="staff:1",
        )
        assert (names(session, stage, company=company) is not None) == same


def test_the_number_decides_where_the_profile_carries_one(stage: Any) -> None:
    with stage.work.writing() as session:
        put(session, stage.connection.employer_id, Company("株式会社みほん", "営業部", number=NUMBER), by="staff:1")
        assert names(session, stage, company="旧社名", company_number=NUMBER) == "株式会社みほん"
        assert names(session, stage, company="株式会社みほん") == "株式会社みほん"
        assert names(session, stage, company="株式会社みほん", company_number="4000012090001") is None


def test_one_holds_from_its_first_day_until_its_last_and_no_longer(stage: Any) -> None:
    today = stage.clock.now().date()
    terms = Company("みほん", "営業部", starts_on=today + timedelta(days=2), expires_on=today + timedelta(days=5))
    with stage.work.writing() as session:
        put(session, stage.connection.employer_id, terms, by="staff:1")
    held = []
    for _day in range(7):
        with stage.work.reading() as session:
            held.append(names(session, stage, company="みほん") is not None)
        stage.clock.move(timedelta(days=1))
    assert held == [False, False, True, True, True, False, False]


def test_entering_again_changes_the_one_entry_and_ending_frees_it(stage: Any) -> None:
    employer = stage.connection.employer_id
    with stage.work.writing() as session:
        assert put(session, employer, Company("株式会社みほん", "営業部"), by="staff:1")
        assert not put(session, employer, Company("みほん", "法務部", reason="取引先"), by="staff:2")
        row = session.exec(select(OffLimits)).one()
        assert (row.owner, row.reason, row.entered_by) == ("法務部", "取引先", "staff:1")
        assert end(session, row, by="staff:2") and not end(session, row, by="staff:2")
        assert names(session, stage, company="みほん") is None
        assert put(session, employer, Company("みほん", "法務部"), by="staff:2") is False
        assert names(session, stage, company="みほん") == "みほん"


def test_two_companies_of_one_name_are_told_apart_by_their_numbers(stage: Any) -> None:
    with stage.work.writing() as session:
        put(session, stage.connection.employer_id, Company("みほん", "営業部", number=NUMBER), by="staff:1")
        with pytest.raises(ValueError, match="another_number"):
            put(
                session, stage.connection.employer_id, Company("みほん", "営業部", number="4000012090001"), by="staff:1"
            )


def test_a_list_is_read_with_its_bad_rows_by_line() -> None:
    text = (
        "会社名,法人番号,別名,担当,理由,開始日,期限\r\n"
        f"株式会社みほん,{NUMBER},ミホン；MIHON,営業部,取引先,2026/11/01,2027-03-31\r\n"
        ",,,営業部,,,\r\n"
        "れい,1234567890123,,営業部,,,\r\n"
        "\r\n"
        "べつ,,,,,,\r\n"
        "たとえ,,,営業部,,あした,\r\n"
        "ためし,,,営業部,,2026-12-01,2026-11-30\r\n"
    )
    good, wrong = read_list(text, TODAY)
    assert [(line, one.name, one.aliases) for line, one in good] == [(2, "株式会社みほん", ("ミホン", "MIHON"))]
    assert [(one.line, one.code) for one in wrong] == [
        (3, "no_name"),
        (4, "bad_number"),
        (6, "no_owner"),
        (7, "bad_date"),
        (8, "ends_before"),
    ]
    for code in ("no_name", "no_owner", "bad_number", "bad_date", "ends_before", "another_number", "two_entries"):
        assert wrong_text(code, "ja") != wrong_text(code, "en") != code


def test_a_list_without_a_name_column_is_refused() -> None:
    with pytest.raises(ValueError, match="no_heading"):
        read_list("a,b\n1,2\n", TODAY)


@given(
    st.lists(
        st.tuples(
            st.text("みほん株式会社ABC=+-@', \"", min_size=1, max_size=12),
            st.text("=+営業,\"'部", min_size=1, max_size=6),
        ),
        max_size=5,
    )
)
def test_what_is_written_is_read_again(companies: list[tuple[str, str]]) -> None:
    rows = [
        OffLimits(
            employer_id=1,
            name=name.strip(),
            folded="",
            owner=owner.strip(),
            starts_on=TODAY,
            created_at=datetime(2026, 11, 20, tzinfo=UTC),
        )
        for name, owner in companies
    ]
    good, _wrong = read_list(write_list(rows), TODAY)
    takes = [row for row in rows if fold_company(row.name) and row.owner]
    assert [(one.name, one.owner) for _line, one in good] == [(row.name, row.owner) for row in takes]


def test_one_employers_list_says_nothing_to_another(stage: Any, new_employer: Any) -> None:
    other = new_employer(stage.database, "べつの会社")
    with stage.work.writing() as session:
        put(session, other.key, Company("みほん", "営業部"), by="staff:1")
        assert names(session, stage, company="みほん") is None
        assert listed(session, stage.connection.employer_id) == []
        assert find(session, other.key, "", "株式会社みほん") is not None
