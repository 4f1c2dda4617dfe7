"""What every connector owes, asked once, of all of them: what it says of itself, and what it reads.

`test_contract_door`, `test_contract_writes` and `test_contract_trouble` ask on. A question that an ATS has no answer to
must be explained by its `empty`; nothing is skipped in silence.
"""

from __future__ import annotations

import inspect
from datetime import timedelta
from typing import Any

import pytest

from connectors.base import Connector, Unsupported
from connectors.records import Choice, InterviewStatus, Request, RequisitionStatus, Said
from connectors.registry import CONNECTORS
from connectors.sandbox.standins import STANDINS
from plugin.ats_table import METHODS

ANY = Request(method="POST", path="/", headers={}, body=b"{}")
WORDS = {"Requisition", "HiringManager", "Recruiter", "Candidate", "Application", "Stage", "Interview"}
NAMES = sorted(CONNECTORS)


def bilingual(said: object) -> bool:
    return isinstance(said, Said) and bool(said.strip()) and bool(said.ja.strip())


def test_everything_a_connector_may_do_is_in_the_table() -> None:
    own = {
        name
        for name, method in vars(Connector).items()
        if inspect.isfunction(method) and "_unsupported(" in inspect.getsource(method) and name != "_unsupported"
    }
    assert own == set(METHODS)


def test_every_connector_has_a_stand_in_to_be_asked_with() -> None:
    assert set(CONNECTORS) - {"desk"} == set(STANDINS)


@pytest.mark.parametrize("name", NAMES)
def test_is_registered_under_its_own_name_and_explains_its_words(name: str) -> None:
    connector = CONNECTORS[name]
    assert connector.name == name
    assert connector.title
    assert connector.known_by in ("live", "recorded", "from documentation")
    assert set(connector.glossary) >= WORDS
    assert all(connector.glossary.values())


@pytest.mark.parametrize("name", NAMES)
def test_says_what_it_asks_hears_and_how_approval_works_in_both_languages(name: str) -> None:
    connector = CONNECTORS[name]
    assert bilingual(connector.hears)
    assert connector.approval is not None and bilingual(connector.approval.how)
    assert all(bilingual(ask.label) for ask in connector.asks)
    assert len({ask.name for ask in connector.asks}) == len(connector.asks)
    assert all(bilingual(step) for step in connector.preparing)
    assert connector.rate is not None or name == "desk", "say how many calls the vendor takes, or a cautious guess"


@pytest.mark.parametrize("name", NAMES)
def test_every_empty_cell_says_why(name: str) -> None:
    connector = CONNECTORS[name]
    alone = {method for method in METHODS if not connector.supports(method)}
    assert set(connector.empty) - {"event_key"} == alone, "explain what is left alone, and nothing else"
    assert all(bilingual(why) for why in connector.empty.values())


@pytest.mark.parametrize("name", NAMES)
def test_is_of_use(name: str) -> None:
    connector = CONNECTORS[name]
    for method in ("requisitions_page", "requisition", "check"):
        assert connector.supports(method), f"{name} is of no use without {method}"
    assert not Connector.supports("requisition")
    with pytest.raises(AttributeError):
        connector.supports("no_such_method")


@pytest.mark.parametrize("name", NAMES)
def test_a_connector_that_is_rung_reads_answers_and_says_how_to_be_rung(name: str) -> None:
    connector = CONNECTORS[name]
    rung = connector.supports("verify")
    assert {connector.supports(method) for method in ("parse", "answer", "test_event")} == {rung}
    assert (connector.supports("webhook_steps") or connector.supports("subscribe")) is rung


@pytest.mark.parametrize("name", NAMES)
def test_the_strength_of_its_approval_is_what_it_can_do(name: str) -> None:
    connector = CONNECTORS[name]
    assert connector.approval is not None
    inside = connector.supports("read_decision") and connector.supports("post_approval_request")
    assert inside is (connector.approval.strength != "acting_link")


def test_what_is_left_alone_says_so() -> None:
    class Silent(Connector):
        name = "silent"

    silent = Silent(credentials={}, secrets=[], options={})
    with pytest.raises(Unsupported, match="silent cannot verify a webhook"):
        silent.verify(ANY)
    with pytest.raises(Unsupported, match="silent cannot tag a person"):
        silent.tag("1", "x")
    assert silent.event_key(ANY) == ""
    silent.close()


# What it reads, of its stand-in.


def test_setting_up_twice_changes_nothing_and_finds_everything_right(side: Any) -> None:
    if side.can("set_up"):
        before = side.there.writes()
        findings = side.ats.set_up()
        assert side.there.writes() == before
        assert findings and all(finding.ok for finding in findings), findings
    checked = side.ats.check()
    assert checked and all(finding.ok or finding.todo for finding in checked)


def test_a_requisition_is_seen_changed_and_closed(side: Any) -> None:
    began = side.clock.now()
    id = side.requisition(title="Go エンジニア")
    seen = [one for one in side.ats.requisitions(began) if one.id == id]
    assert len(seen) == 1, "a new requisition is listed once"
    assert seen[0].title == "Go エンジニア" and seen[0].status is RequisitionStatus.OPEN
    assert id in {one.id for one in side.ats.requisitions(None)}
    alone = side.ats.requisition(id)
    assert (alone.id, alone.title, alone.status) == (id, "Go エンジニア", RequisitionStatus.OPEN)
    assert abs(alone.created_at - began) < timedelta(seconds=10)
    assert "Python 5年以上" in text_of(side, id)

    side.clock.move(timedelta(hours=1))
    moved = side.clock.now()
    assert id not in {one.id for one in side.ats.requisitions(moved)}, "what did not move since is not listed"
    side.there.edit_requisition(id, title="Rust エンジニア", description="<p>【必須】Rust 3年以上</p>")
    assert id in {one.id for one in side.ats.requisitions(moved - timedelta(seconds=1))}
    assert side.ats.requisition(id).title == "Rust エンジニア"
    assert "Rust 3年以上" in text_of(side, id)

    side.clock.move(timedelta(hours=1))
    closed = side.clock.now()
    side.there.close_requisition(id)
    assert side.ats.requisition(id).status is RequisitionStatus.CLOSED
    assert id in {one.id for one in side.ats.requisitions(closed - timedelta(seconds=1))}
    side.there.reopen_requisition(id)
    assert side.ats.requisition(id).status is RequisitionStatus.OPEN


def test_a_requisition_that_is_gone_is_gone_or_closed(side: Any) -> None:
    id = side.requisition()
    side.there.delete_requisition(id)
    found = side.ats.requisition(id)
    assert found is None or found.status is RequisitionStatus.CLOSED
    if found is None and side.ats.supports("read_decision"):
        stands = side.ats.read_decision(id)
        assert stands is None or stands.choice is Choice.PENDING


def test_a_confidential_requisition_is_known_as_one(side: Any) -> None:
    """Such a one is computed but never posted without opt-in."""
    found = side.ats.requisition(side.requisition(confidential=True))
    assert found.confidential is side.there.confidential_jobs
    assert not side.ats.requisition(side.requisition()).confidential


def test_a_requisition_says_whose_it_is_and_by_which_stages_it_goes(side: Any) -> None:
    id = side.requisition()
    if side.can("hiring_team"):
        team = side.ats.hiring_team(id)
        assert team.managers[0].id == side.there.manager.id
        assert team.managers[0].email == side.there.manager.email
        assert side.there.recruiter.id in {one.id for one in (*team.recruiters, *team.managers)}
    if side.can("stages"):
        stages = side.ats.stages(id)
        assert len({stage.id for stage in stages}) == len(stages) > 1
        assert [stage.order for stage in stages] == sorted(stage.order for stage in stages)


def test_a_person_is_found_changed_merged_and_deleted(side: Any) -> None:
    if not side.can("candidate"):
        return
    began = side.clock.now()
    one = side.there.add_person("太郎", "見本", "taro.mihon@example.com")
    same = side.there.add_person("太郎", "見本", "t.mihon@example.com")
    found = side.ats.candidate(one)
    assert "taro.mihon@example.com" in found.emails and "見本" in found.name
    if side.can("find_candidates"):
        assert [found.id for found in side.ats.find_candidates(email="TARO.mihon@example.com")] == [one]
        assert side.ats.find_candidates(email="nobody@example.com") == []
        assert side.ats.find_candidates(email="aro.mihon@example.com") == [], "a part of an address is no address"
    if side.can("people_page"):
        assert {one, same} <= {change.id for change in side.ats.people_changed(began - timedelta(seconds=2))}
        assert one not in {change.id for change in side.ats.people_changed(side.clock.now() + timedelta(hours=1))}
    side.there.merge_people(one, same)
    gone = side.ats.candidate(one)
    assert gone is None or gone.id == same, "who was merged away is not shown any more, or as who remains"
    assert "t.mihon@example.com" in side.ats.candidate(same).emails
    side.there.delete_person(same)
    gone = side.ats.candidate(same)
    assert gone is None or not gone.emails, "of somebody deleted nothing is left to reach them by"


def test_an_interview_is_seen_planned_held_and_cancelled(side: Any) -> None:
    if not side.can("interviews", "add_entry"):
        return
    entered = side.ats.add_entry(side.entry(side.requisition()))
    at = (side.clock.now() + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    off, _ = (side.there.plan_interview(entered.application_id, at) for _ in range(2))
    planned = side.ats.interviews(application_ids=[entered.application_id])
    assert {one.starts_at for one in planned} == {at} and len(planned) == 2
    assert {one.application_id for one in planned} == {entered.application_id}
    assert all(not one.interviewer_ids or side.there.manager.id in one.interviewer_ids for one in planned)
    side.there.set_interview(off, "cancelled")
    after = [one.status for one in side.ats.interviews(application_ids=[entered.application_id])]
    assert len([one for one in after if one is not InterviewStatus.CANCELLED]) == 1, "the other one is off, or gone"
    # Those of a promise are read by their application every hour; a list of what moved is quicker where there is one.
    listed = side.ats.interviews(since=side.clock.now() - timedelta(hours=1))
    assert {one.application_id for one in listed} in (set(), {entered.application_id})


def text_of(side: Any, id: str) -> str:
    """Everything a requisition says, wherever this vendor keeps it."""
    said = side.ats.requisition(id).notes
    if side.can("postings"):
        said += "\n".join(post.content for post in side.ats.postings(id))
    return str(said)
