"""Records into the journal: twice is once, one person is one profile, nothing is lost when it stops."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from plugin.people import delete_profiles
from plugin.people_in.json_lines import read_lines
from plugin.people_in.records import Defaults, settled_basis
from plugin.people_in.taking_in import take_in
from plugin.rows import Profile, ProfileChange
from plugin.work.context import Work

TEXT = "法人営業を5年担当しました。"


def one(name: str = "見本 太郎", **more: Any) -> dict[str, Any]:
    return {"id": more.pop("id", f"id-{name}"), "text": TEXT, "name": name} | more


def test_the_same_records_a_second_time_change_nothing(door: Any, lines: Any) -> None:
    records = [one("見本 太郎", email="a@example.com"), one("例示 花子"), "nonsense"]
    first, second = door.take(lines(*records)), door.take(lines(*records))
    assert (first.new, first.set_aside) == (2, 1) and "JSON" in door.aside[0].reason
    assert (second.new, second.changed, second.known, second.set_aside) == (0, 0, 2, 1)
    with door.work.reading() as session:
        assert len(session.exec(select(ProfileChange)).all()) == 2


@pytest.mark.parametrize("step", [1, 500])
@pytest.mark.parametrize(
    ("other", "by"),
    [
        ({"id": "id-見本 太郎"}, "id"),
        ({"id": "other", "email": "A@Example.com"}, "address"),
        ({"id": "other", "phone": "+81 90-0000-0001"}, "name_phone"),
        ({"id": "other", "ats_candidate_id": "4000001"}, "ats"),
    ],
)
def test_one_person_is_one_profile_and_the_newest_stands(
    door: Any, lines: Any, step: int, other: dict[str, Any], by: str
) -> None:
    old = one(
        email="a@example.com", phone="090-0000-0001", ats_candidate_id="4000001", as_of="2024-05-01", company="旧会社"
    )
    new = one(**{"as_of": "2026-05-01", "company": "新会社", **other})
    for order in ([old, new], [new, old]):
        report = door.take(lines(*order), step=step)
        people = door.people()
        assert list(people) == ["見本 太郎"]
        row, who = people["見本 太郎"]
        assert (who.company, who.email.lower(), row.as_of) == (
            "新会社",
            "a@example.com",
            datetime(2026, 5, 1, tzinfo=UTC),
        )
        assert "旧会社" in who.employers  # masked in quotes all the same
        if order[0] is old:
            assert report.new + report.changed + report.folded == 2
            assert [fold.by for fold in report.folds] in ([by], []) and (report.folds or by == "id")
    assert by in ("id", "address", "name_phone", "ats")


def test_what_a_newer_record_does_not_say_is_kept(door: Any, lines: Any) -> None:
    door.take(lines(one(email="a@example.com", contact_basis="own_applicant", basis_at="2025-01-02", language="ja")))
    door.take(lines(one(title="部長", as_of="2026-01-01")))
    row, who = door.people()["見本 太郎"]
    assert (row.contact_basis, row.language, who.email, who.title) == ("own_applicant", "ja", "a@example.com", "部長")
    door.take(lines(one(contact_basis="none", as_of="2026-02-01")))
    assert door.people()["見本 太郎"][0].contact_basis == "none"  # said, so unsaid


def test_a_family_mailbox_is_not_one_person(door: Any, lines: Any) -> None:
    shared = {"email": "suzuki@example.com"}
    report = door.take(
        lines(one("鈴木 太郎", **shared), one("鈴木 花子", **shared), one("Taro Suzuki", id="t", **shared))
    )
    assert (
        sorted(door.people()) == ["Taro Suzuki"] and report.set_aside == 1
    )  # 太郎 in both scripts is one, 花子 is not
    assert "somebody of another name" in door.aside[0].reason and "花子" in str(door.aside[0].raw)


def test_a_married_name_is_the_same_person(door: Any, lines: Any) -> None:
    report = door.take(lines(one("佐藤 花子", email="h@example.com"), one("鈴木 花子", id="x", email="h@example.com")))
    assert (report.new, report.folded, list(door.people())) == (1, 1, ["鈴木 花子"])


def test_two_numbers_with_one_mailbox_end_as_one(door: Any, lines: Any) -> None:
    door.take(lines(one(id="a", email="a@example.com"), one(id="b")))
    report = door.take(lines(one(id="b", email="a@example.com")))
    assert (report.new, report.changed, report.set_aside) == (0, 1, 0)
    with door.work.reading() as session:
        reached = [row.profile_id for row in session.exec(select(Profile)) if row.email_hash]
    assert reached == ["a"]


def test_two_ids_with_two_addresses_are_two_people_though_name_and_number_agree(door: Any, lines: Any) -> None:
    records = [one(id=str(n), email=f"{n}@example.com", phone="03-0000-0000") for n in range(2)]
    assert door.take(lines(*records)).new == 2


def test_who_was_erased_is_not_brought_back_by_the_same_file(door: Any, lines: Any) -> None:
    door.take(lines(one(id="a"), one("例示 花子", id="b")))
    with door.work.writing() as session:
        delete_profiles(session, door.work.vault, door.employer_id, ["a"])
    report = door.take(lines(one(id="a"), one("例示 花子", id="b")))
    assert (report.known, report.erased, report.new) == (2, 1, 0) and list(door.people()) == ["例示 花子"]


def test_a_stop_between_batches_keeps_them_and_the_rest_follows(door: Any, lines: Any) -> None:
    records = [one(f"見本 {n}", id=str(n)) for n in range(10)]
    first = door.take(lines(*records), step=3, after_batch=lambda report: report.read < 6)
    assert (first.new, first.last) == (6, "line 6")
    second = door.take(lines(*records), step=3)
    assert (second.known, second.new, len(door.people())) == (6, 4, 10)


def test_a_failure_within_a_batch_leaves_the_batches_before(door: Any, lines: Any) -> None:
    def fails(session: Any, report: Any) -> None:
        if door.people():
            raise KeyboardInterrupt

    records = [one(f"見本 {n}", id=str(n)) for n in range(6)]
    with pytest.raises(KeyboardInterrupt):
        door.take(lines(*records), step=3, along=fails)
    assert len(door.people()) == 3


def test_a_basis_that_needs_consent_needs_its_day(door: Any, lines: Any) -> None:
    door.take(
        lines(
            one("見本 一", contact_basis="own_applicant"),
            one("見本 二", contact_basis="own_applicant", basis_at="2026-01-05"),
            one("見本 三", contact_basis="business_card"),
        )
    )
    assert {name: row.contact_basis for name, (row, _) in door.people().items()} == {
        "見本 一": "none",
        "見本 二": "own_applicant",
        "見本 三": "business_card",
    }
    day = datetime(2026, 1, 1, tzinfo=UTC)
    assert settled_basis(None, None, Defaults(contact_basis="referral", consent_at=day)) == ("referral", day)
    assert settled_basis("none", None, Defaults(contact_basis="referral", consent_at=day)) == ("none", None)


def test_the_language_somebody_writes_in_is_the_one_to_write_to_them_in(door: Any, lines: Any) -> None:
    english = (
        "I led a sales team of five people in Tokyo for the last six years, and I was responsible for the accounts of our largest customers with their renewals. "
        * 2
    )
    door.take(
        lines(
            {"id": "a", "name": "A", "text": "法人営業を5年担当し、新規のお客様を数多く開拓してまいりました。"},
            {"id": "b", "name": "B", "text": english},
            {"id": "c", "name": "C", "text": "Java, AWS"},
            {"id": "d", "name": "D", "text": english, "language": ""},
        )
    )
    assert {name: row.language for name, (row, _) in door.people().items()} == {"A": "ja", "B": "en", "C": "", "D": ""}


def test_employers_never_share_people(door: Any, lines: Any, second_employer: Any) -> None:
    door.take(lines(one(email="a@example.com")))
    report = take_in(door.work, second_employer.key, lines(one(email="a@example.com")), door.aside.append)
    assert (report.new, report.known) == (1, 0)


PERSON = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["1", "2", "3"]),
        "text": st.sampled_from([TEXT, "Goエンジニア。"]),
        "name": st.sampled_from(["見本 太郎", "例示 花子", ""]),
    },
    optional={
        "email": st.sampled_from(["a@example.com", "b@example.com"]),
        "phone": st.sampled_from(["090-0000-0001", ""]),
        "as_of": st.sampled_from(["2024-01-01", "2025-01-01", "2026-01-01"]),
    },
)


@settings(max_examples=15)
@given(records=st.lists(PERSON, max_size=7), cut=st.integers(0, 7), step=st.integers(1, 4))
def test_stopped_anywhere_and_run_again_nobody_is_lost_or_doubled(
    work: Work, new_employer: Callable[..., Any], records: list[dict[str, Any]], cut: int, step: int
) -> None:
    """R7 at the door: read in part, then whole, then whole again. Every record is accounted for, none counts twice.

    Who was set aside for somebody else's address may come in later, once the file has corrected that address.
    """
    employer = new_employer(work.database, "株式会社みほん")
    texts = [json.dumps(each, ensure_ascii=False) for each in records]
    aside: list[Any] = []

    def run(lines: list[str]) -> Any:
        return take_in(
            work, employer.key, read_lines(iter(lines), Defaults(), work.clock.now()), aside.append, step=step
        )

    run(texts[:cut])
    whole, again = run(texts), run(texts)
    assert whole.read == again.read == len(records)
    assert again.new + again.changed <= whole.set_aside
    assert again.known + again.folded + again.set_aside == len(records)
    with work.reading() as session:
        rows = session.exec(select(Profile).where(col(Profile.employer_id) == employer.key)).all()
    addresses = [row.email_hash for row in rows if row.email_hash]
    assert len(addresses) == len(set(addresses)) and len({row.profile_id for row in rows}) == len(rows)


def test_a_job_that_still_runs_goes_on_counting_in_the_store(door: Any, lines: Any) -> None:
    from plugin.people import changes_after
    from ranking.facts import read_facts

    text = "2015年4月〜2018年3月 株式会社い Goエンジニア\n2018年4月〜現在 株式会社れい Goエンジニア"
    door.take(lines({"id": "a", "text": text}))
    with door.work.reading() as session:
        _, (person,), _ = changes_after(session, door.work.vault, door.employer_id, 0, 10)
    facts = read_facts(person)
    assert (facts.years, facts.open_since) == (3.0, 2018 * 12 + 3)
