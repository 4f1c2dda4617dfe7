"""Who may be written to, and why not (R5); nothing crosses between employers (R11)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from plugin.identity import Identity
from plugin.people import confirm, delete_profiles
from plugin.rows import Batch, Entry, Profile, Requisition, Restriction, Scout
from plugin.scouting.may_write import CODES, is_workplace, may_write_to, reachable, reason_text
from plugin.scouting.off_limits import Company, put
from plugin.scouting.ownership import introduce
from plugin.scouting.post import new_token
from plugin.scouting.reasons import say_reason
from plugin.scouting.suppression import suppress

BOTH_DATABASES = pytest.mark.parametrize(
    "database_kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)


def codes(stage: Any, id: str, revision: int | None = None) -> list[str]:
    with stage.work.reading() as session:
        profile = session.exec(
            select(Profile).where(
                col(Profile.profile_id) == id, col(Profile.employer_id) == stage.connection.employer_id
            )
        ).one()
        return may_write_to(
            session,
            stage.work.vault,
            connection=stage.connection,
            requisition=session.get_one(Requisition, stage.requisition_id),
            profile=profile,
            now=stage.clock.now(),
            revision=revision,
        )


def many(stage: Any, ids: list[str], **more: Any) -> dict[str, list[str]]:
    with stage.work.reading() as session:
        return reachable(
            session,
            stage.work.vault,
            connection=stage.connection,
            requisition=session.get_one(Requisition, stage.requisition_id),
            profile_ids=ids,
            now=stage.clock.now(),
            **more,
        )


def restrict(stage: Any, kind: str, **values: Any) -> None:
    with stage.work.writing() as session:
        session.add(
            Restriction(employer_id=stage.connection.employer_id, kind=kind, created_at=stage.clock.now(), **values)
        )


def scouted(stage: Any, id: str, state: str, *, requisition_id: int | None = None, sent_at: Any = None) -> Scout:
    with stage.work.writing() as session:
        requisition = session.get_one(Requisition, requisition_id or stage.requisition_id)
        base = {"employer_id": stage.connection.employer_id, "created_at": stage.clock.now()}
        batch = Batch(**base, requisition_id=requisition.key, calibration_id=stage.calibration_id)
        session.add(batch)
        session.flush()
        scout = Scout(
            **base,
            connection_id=stage.connection.key,
            requisition_id=requisition.key,
            calibration_id=stage.calibration_id,
            batch_id=batch.key,
            profile_id=id,
            profile_revision=1,
            score=80,
            arm="standard",
            language="ja",
            state=state,
            reply_token=new_token(),
            sent_at=sent_at,
        )
        session.add(scout)
        return scout


def other_requisition(stage: Any) -> int:
    with stage.work.writing() as session:
        row = Requisition(
            employer_id=stage.connection.employer_id,
            created_at=stage.clock.now(),
            connection_id=stage.connection.key,
            ats_id="other",
            title="別の募集",
            status="open",
        )
        session.add(row)
        session.flush()
        return row.key


@pytest.fixture
def one(stage: Any) -> Any:
    stage.people(1)
    stage.calibrate({"u001": 90})
    return stage


def test_an_own_applicant_with_address_name_and_language_may_be_written_to(one: Any) -> None:
    assert codes(one, "u001") == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"contact_basis": "none"}, "no_basis"),
        ({"contact_basis": "scraped"}, "no_basis"),
        ({"email": ""}, "no_address"),
        ({"email": "nobody"}, "no_address"),
        ({"language": ""}, "language_unknown"),
        ({"identity": Identity(name="", email="x@person.example.com")}, "name_unknown"),
        ({"contact_basis": "business_card", "email": "taro@rei.co.jp"}, "workplace_address"),
        (
            {"contact_basis": "referral", "email": "taro@rei-systems.example.com", "company": "Rei-Systems Inc."},
            "workplace_address",
        ),
        ({"email": "scout@mihon.example.com"}, "test_address"),
    ],
)
def test_what_the_person_themselves_lacks(stage: Any, changes: dict[str, Any], code: str) -> None:
    stage.people(1, **{"language": "ja", **changes})
    stage.calibrate({"u001": 90})
    assert code in codes(stage, "u001")


def test_a_workplace_mailbox_given_for_this_purpose_is_fine(stage: Any) -> None:
    stage.people(1, email="taro@rei.co.jp", contact_basis="written_notice")
    stage.calibrate({"u001": 90})
    assert codes(stage, "u001") == []


@pytest.mark.parametrize(
    ("address", "company", "at_work"),
    [
        ("a@yahoo.co.jp", "株式会社れい", False),
        ("a@rei.co.jp", "株式会社れい", True),
        ("a@pref.tokyo.lg.jp", "", True),
        ("a@provider.ne.jp", "株式会社れい", False),
        ("a@mail.globex.com", "Globex Corporation", True),
        ("a@person.example.com", "Globex Corporation", False),
    ],
)
def test_what_counts_as_a_workplace_mailbox(address: str, company: str, at_work: bool) -> None:
    assert is_workplace(address, Identity(name="見本", company=company)) is at_work


def test_whoever_said_stop_is_not_written_to_by_this_employer(one: Any) -> None:
    with one.work.writing() as session:
        assert suppress(
            session, one.work.vault, employer_id=one.connection.employer_id, address="U001@person.example.com"
        )
        assert not suppress(
            session, one.work.vault, employer_id=one.connection.employer_id, address="u001@PERSON.example.com"
        )
    assert codes(one, "u001") == ["suppressed"]


def test_a_stop_to_one_sender_holds_for_that_sender(one: Any) -> None:
    employer = one.connection.employer_id
    with one.work.writing() as session:
        suppress(
            session,
            one.work.vault,
            employer_id=employer,
            address="u001@person.example.com",
            sender="Other@mihon.example.com",
        )
    assert codes(one, "u001") == []
    with one.work.writing() as session:
        suppress(
            session,
            one.work.vault,
            employer_id=employer,
            address="u001@person.example.com",
            sender="Scout@mihon.example.com",
        )
    assert codes(one, "u001") == ["suppressed"]


@BOTH_DATABASES
def test_a_stop_outlives_the_persons_data(one: Any) -> None:
    with one.work.writing() as session:
        suppress(session, one.work.vault, employer_id=one.connection.employer_id, address="u001@person.example.com")
        delete_profiles(session, one.work.vault, one.connection.employer_id, ["u001"])
    assert many(one, ["u001"]) == {"u001": ["gone"]}
    one.people(1)
    assert codes(one, "u001") == ["suppressed"]


def test_nothing_is_promised_on_what_is_too_old_until_somebody_confirms_it(one: Any) -> None:
    with one.work.writing() as session:
        row = session.exec(select(Profile).where(col(Profile.profile_id) == "u001")).one()
        row.as_of = one.clock.now() - timedelta(days=729)
    assert codes(one, "u001") == []
    one.clock.move(timedelta(days=2))
    assert codes(one, "u001") == ["not_confirmed"]
    assert many(one, ["u001"], promised=False) == {"u001": []}  # a letter without a promise may go
    with one.work.writing() as session:
        confirm(session, one.connection.employer_id, ["u001"], actor="staff:1")
    assert codes(one, "u001") == []


@pytest.mark.parametrize(
    ("kind", "code", "days"),
    [
        ("in_process", "in_process", None),
        ("off_limits", "off_limits", None),
        ("do_not_contact", "do_not_contact", None),
        ("rejected", "recently_rejected", 180),
    ],
)
def test_restrictions_forbid_until_their_window_ends(one: Any, kind: str, code: str, days: int | None) -> None:
    restrict(one, kind, profile_id="u001")
    assert codes(one, "u001") == [code]
    one.clock.move(timedelta(days=(days or 700) - 1))
    assert codes(one, "u001") == [code]
    one.clock.move(timedelta(days=2))
    assert codes(one, "u001") == ([] if days else [code])


@pytest.mark.parametrize(("kind", "code"), [("agency", "introduced"), ("colleague", "referred")])
def test_whoever_was_introduced_by_others_is_theirs_until_their_window_ends(one: Any, kind: str, code: str) -> None:
    with one.work.writing() as session:
        introduce(
            session,
            one.connection,
            "u001",
            kind=kind,
            by_whom="みほんエージェント",
            introduced_at=one.clock.now(),
            actor="staff:1",
        )
    assert codes(one, "u001") == [code]
    one.clock.move(timedelta(days=364))
    assert codes(one, "u001") == [code]
    one.clock.move(timedelta(days=2))
    assert codes(one, "u001") == []


@BOTH_DATABASES
def test_everybody_of_an_off_limits_company_is_left_alone(stage: Any) -> None:
    stage.people(2, company="株式会社れい")
    stage.people(1, first=3, company="べつの会社")
    stage.calibrate({})
    with stage.work.writing() as session:
        put(session, stage.connection.employer_id, Company("れい", "営業部"), by="staff:1")
    assert many(stage, ["u001", "u002", "u003"]) == {"u001": ["off_limits"], "u002": ["off_limits"], "u003": []}


@pytest.mark.parametrize("state", ["sending", "sent", "unknown", "refused"])
def test_nobody_is_written_to_twice_about_one_position(one: Any, state: str) -> None:
    scouted(one, "u001", state)
    assert codes(one, "u001") == ["already_written"]


def test_another_positions_letter_rests_for_a_while(one: Any) -> None:
    other = other_requisition(one)
    scouted(one, "u001", "sent", requisition_id=other, sent_at=one.clock.now())
    assert codes(one, "u001") == ["fatigue"]
    one.clock.move(timedelta(days=31))
    assert codes(one, "u001") == []


def test_a_letter_nobody_knows_the_fate_of_counts_as_sent(one: Any) -> None:
    scouted(one, "u001", "unknown", requisition_id=other_requisition(one))
    assert codes(one, "u001") == ["fatigue"]


@pytest.mark.parametrize(
    ("state", "code"),
    [("holding", "in_process"), ("entered", "in_process"), ("deciding", "possible_duplicate"), ("closed", None)],
)
def test_whoever_said_yes_is_in_process_until_it_is_closed(one: Any, state: str, code: str | None) -> None:
    other = other_requisition(one)
    scout = scouted(one, "u001", "sent", requisition_id=other, sent_at=one.clock.now() - timedelta(days=90))
    with one.work.writing() as session:
        session.add(
            Entry(
                employer_id=one.connection.employer_id,
                created_at=one.clock.now(),
                connection_id=one.connection.key,
                requisition_id=other,
                scout_id=scout.key,
                profile_id="u001",
                kind="application",
                state=state,
            )
        )
    assert codes(one, "u001") == ([code] if code else [])


def test_who_changed_since_the_calibration_waits_for_the_next(one: Any) -> None:
    one.people(1)
    assert codes(one, "u001", revision=1) == ["changed_since"]
    assert codes(one, "u001", revision=2) == []


def test_every_code_is_said_in_both_languages() -> None:
    for code in CODES:
        assert reason_text(code, "ja") != code
        assert reason_text(code, "en") != code
        assert reason_text(code, "ja") != reason_text(code, "en")
    assert say_reason("suppressed,fatigue", "ja").count(" / ") == 1
    for code in ("smtp_550", "cap_reached", "promise_wording", "commitment_undone", "nothing_to_say"):
        assert say_reason(code, "ja") not in (code, "", say_reason(code, "en"))


@BOTH_DATABASES
def test_one_employers_rows_say_nothing_to_another(
    one: Any, second_employer: Any, new_connection: Callable[..., Any], stage_of: Callable[..., Any], vault: Any
) -> None:
    other = stage_of(new_connection(one.database, vault, second_employer, url_key="second"), "")
    other.people(1)  # the same id, the same address
    other.calibrate({"u001": 90})
    restrict(one, "off_limits", profile_id="u001")
    with one.work.writing() as session:
        suppress(session, vault, employer_id=one.connection.employer_id, address="u001@person.example.com")
    scouted(one, "u001", "sent", sent_at=one.clock.now())
    assert codes(one, "u001") == ["suppressed", "off_limits", "already_written"]
    assert codes(other, "u001") == []


@BOTH_DATABASES
def test_thousands_are_looked_at_in_few_queries(stage: Any) -> None:
    from sqlalchemy import event

    stage.people(900, contact_basis="agency_registrant")
    stage.calibrate({})
    asked: list[str] = []
    event.listen(stage.database.engine, "before_cursor_execute", lambda *a: asked.append(a[2]))
    found = many(stage, [f"u{n:03d}" for n in range(1, 1001)])
    assert sum(not why for why in found.values()) == 900
    assert sum(why == ["gone"] for why in found.values()) == 100
    assert len(asked) < 40


_FLAGS = ["suppressed", "off_limits", "rejected", "scouted", "changed"]


@given(flags=st.lists(st.sets(st.sampled_from(_FLAGS)), min_size=1, max_size=5))
@settings(max_examples=20)
def test_each_reason_stands_for_itself_and_many_equal_one_by_one(
    new_stage: Callable[..., Any], flags: list[set[str]]
) -> None:
    stage = new_stage()
    ids = stage.people(len(flags))
    stage.calibrate({})
    names = {
        "suppressed": "suppressed",
        "off_limits": "off_limits",
        "rejected": "recently_rejected",
        "scouted": "already_written",
        "changed": "changed_since",
    }
    for id, given_flags in zip(ids, flags, strict=True):
        if "suppressed" in given_flags:
            with stage.work.writing() as session:
                suppress(
                    session,
                    stage.work.vault,
                    employer_id=stage.connection.employer_id,
                    address=f"{id}@person.example.com",
                )
        for kind in given_flags & {"off_limits", "rejected"}:
            restrict(stage, kind, profile_id=id)
        if "scouted" in given_flags:
            scouted(stage, id, "sent", sent_at=stage.clock.now())
    revisions = {id: 0 if "changed" in each else 1 for id, each in zip(ids, flags, strict=True)}
    found = many(stage, ids, revisions=revisions)
    for id, given_flags in zip(ids, flags, strict=True):
        assert set(found[id]) == {names[flag] for flag in given_flags}
        assert found[id] == codes(stage, id, revision=revisions[id])
