"""Rediscovery: the ATS's past candidates, through the connector against the running sandbox."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from connectors.records import Candidate, PastCandidate
from plugin.people_in.applicants import consent_of, read_past
from plugin.policy import Policy

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@pytest.fixture
def past(sandbox: Any, sandbox_connection: Any, work: Any) -> Any:
    """A sandbox that has known four people for years; three have applied to one requisition."""
    from connectors.sandbox import past as people
    from connectors.sandbox.jobs import create_job

    job, _ = create_job(sandbox.ats, name="過去の求人")
    people.add_past_candidates(sandbox.ats, job["id"])
    return work.ats(sandbox_connection)


def read(door: Any, ats: Any, connection: Any, policy: Policy, since: datetime | None = None) -> Any:
    page = ats.past_candidates(since)
    assert not page.cursor
    return door.take(read_past(page.people, connection.key, policy, ats.resume, NOW))


def test_people_come_with_jobs_resume_age_and_without_a_basis_unless_the_connection_knows_one(
    past: Any, sandbox_connection: Any, door: Any
) -> None:
    report = read(door, past, sandbox_connection, Policy())
    assert (report.new, report.set_aside, report.no_basis) == (4, 0, 4)
    assert report.stripped["gender"] == 1
    row, who = door.people()["中村 彩"]
    assert (row.source, row.contact_basis, row.language, who.email) == ("ats", "none", "ja", "aya.nakamura@example.com")
    assert row.as_of is not None and row.as_of.date() == date(2026, 9, 21) and row.ats_candidate_id
    assert door.people()["小川 翔"][1].employers == ("株式会社みなも物流",)
    assert door.people()["Elena Garcia"][0].language == "en"


def test_who_applied_since_the_notice_may_be_written_to_a_prospect_may_not(
    past: Any, sandbox_connection: Any, door: Any
) -> None:
    policy = Policy(applicants_consent_from=(NOW - timedelta(days=600)).date())
    read(door, past, sandbox_connection, policy)
    bases = {name: (row.contact_basis, row.basis_at is not None) for name, (row, _) in door.people().items()}
    assert bases == {
        "中村 彩": ("own_applicant", True),
        "小川 翔": ("own_applicant", True),
        "Elena Garcia": ("none", False),  # applied before the notice asked
        "石井 誠": ("none", False),  # a prospect, put there by somebody else
    }


def test_a_second_reading_fetches_no_resume_and_changes_nobody(past: Any, sandbox_connection: Any, door: Any) -> None:
    read(door, past, sandbox_connection, Policy())

    def never(file: Any) -> bytes:
        raise AssertionError("fetched again")

    page = past.past_candidates(None)
    report = door.take(read_past(page.people, sandbox_connection.key, Policy(), never, NOW))
    assert (report.known, report.new, report.changed) == (4, 0, 0)


def test_a_changed_candidate_is_the_same_profile(past: Any, sandbox: Any, sandbox_connection: Any, door: Any) -> None:
    read(door, past, sandbox_connection, Policy())
    row, _ = door.people()["中村 彩"]
    from connectors.sandbox import people

    people.change_candidate(sandbox.ats, int(row.ats_candidate_id), title="テックリード")
    report = read(door, past, sandbox_connection, Policy())
    assert (report.changed, report.known) == (1, 3)
    assert door.people()["中村 彩"][0].profile_id == row.profile_id
    assert door.people()["中村 彩"][1].title == "テックリード"


def test_since_asks_for_those_active_since(past: Any, sandbox_connection: Any, door: Any) -> None:
    report = read(door, past, sandbox_connection, Policy(), NOW - timedelta(days=365))
    assert sorted(door.people()) == ["中村 彩", "石井 誠"] and report.new == 2


def test_pages_follow_the_cursor_and_the_token_stays_home(past: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors.greenhouse import past as module

    monkeypatch.setattr(module, "PER_PAGE", 3)
    first = past.past_candidates(None)
    second = past.past_candidates(None, first.cursor)
    assert (len(first.people), len(second.people), second.cursor) == (3, 1, "")
    file = next(one.resumes[0] for one in first.people if one.resumes)
    assert past.resume(file) != b""
    assert "authorization" not in {name.lower() for name in past.harvest.session._requests.headers}


def person(**more: Any) -> PastCandidate:
    candidate = Candidate(id="1", first_name="太郎", last_name="見本", **more.pop("candidate", {}))
    return PastCandidate(candidate=candidate, **{"applied_at": datetime(2025, 6, 1, tzinfo=UTC)} | more)


@pytest.mark.parametrize(
    ("one", "policy", "agreed"),
    [
        (person(), Policy(), False),
        (person(), Policy(applicants_consent_from=date(2025, 1, 1)), True),
        (person(), Policy(applicants_consent_from=date(2025, 6, 2)), False),
        (person(applied_at=None), Policy(applicants_consent_from=date(2025, 1, 1)), False),
        (person(candidate={"do_not_contact": True}), Policy(applicants_consent_from=date(2025, 1, 1)), False),
        (person(candidate={"tags": ("Rediscovery OK",)}), Policy(applicants_consent_tag="rediscovery ok"), True),
        (person(candidate={"tags": ("other",)}), Policy(applicants_consent_tag="rediscovery ok"), False),
        (person(applied_at=None, candidate={"tags": ("ok",)}), Policy(applicants_consent_tag="ok"), False),
    ],
)
def test_consent_is_what_the_connection_knows_of(one: PastCandidate, policy: Policy, agreed: bool) -> None:
    assert (consent_of(one, policy, NOW) is not None) == agreed


def test_private_candidates_and_those_without_words_are_set_aside(door: Any) -> None:
    door.take(read_past((person(private=True), person()), 1, Policy(), lambda file: b"", NOW))
    assert ["private" in one.reason for one in door.aside] == [True, False]
    assert "no résumé" in door.aside[1].reason
