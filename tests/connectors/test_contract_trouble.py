"""The contract in trouble: limits, failures, lost answers, late writes, keys that die. Told as `ATSError`, done once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from connectors.base import ATSError, Connector
from connectors.records import Attachment, Choice, ShortlistPost

AT_ONCE = 0.2
"""Seconds of a time-out here."""


@dataclass
class Write:
    """One kind of write: how it is made, and how often it stands in the ATS then."""

    method: str
    make: Callable[[Any, Connector], Any]
    stands: Callable[[Any], int]


def writes_of(side: Any) -> list[Write]:
    """Every write this vendor takes, each on a requisition and a person of its own."""
    id = side.requisition()
    entry = side.entry(id)

    def there(what: str, has: Callable[[str], bool]) -> int:
        mine = [one for one in side.there.there(id).entries if entry.email in one.emails]
        return sum(has(text) for one in mine for text in getattr(one, what))

    found = [
        Write(
            "post_shortlist",
            lambda _, ats: ats.post_shortlist(id, ShortlistPost("K-9", "S-9", "1. A-01")),
            lambda _: min(1, sum("S-9" in note for note in side.there.there(id).notes)),
        ),
        Write(
            "post_approval_request",
            lambda _, ats: side.ask(id, "K-9", by=ats),
            lambda _: side.there.there(id).asked == "K-9",
        ),
        Write(
            "post_message",
            lambda _, ats: ats.post_message(id, "判断を確認しました（M-9）"),
            lambda _: sum("M-9" in note for note in side.there.there(id).notes),
        ),
        Write(
            "add_entry",
            lambda _, ats: ats.add_entry(entry),
            lambda _: sum(entry.email in one.emails for one in side.there.there(id).entries),
        ),
    ]
    if side.ats.supports("add_entry"):
        found += [
            Write(
                "note",
                lambda entered, ats: ats.note(entered.candidate_id, "N-9", "お約束の控え"),
                lambda _: there("notes", lambda text: "N-9" in text),
            ),
            Write(
                "tag",
                lambda entered, ats: ats.tag(entered.candidate_id, "面接確約"),
                lambda _: there("tags", lambda text: text == "面接確約"),
            ),
            Write(
                "attach",
                lambda entered, ats: ats.attach(
                    entered.application_id, "N-9", Attachment("経歴.pdf", b"%PDF-1.4", "application/pdf")
                ),
                lambda _: there("files", lambda text: "経歴" in text),
            ),
        ]
    return [write for write in found if side.can(write.method)]


def until_done(write: Callable[[], Any], settle: Callable[[], None]) -> tuple[Any, int]:
    """Do what the plugin does: after an unknown outcome wait, look, write; after a definite one write again."""
    for failures in range(12):
        try:
            return write(), failures
        except ATSError as problem:
            assert not problem.permanent, problem
            settle()
    raise AssertionError("it never went through")


def all_done_in_spite_of(side: Any, kind: str, **how: Any) -> None:
    """Make every write this vendor takes while its answers go wrong; each must stand exactly once."""
    entered: list[Any] = [None]
    for write in writes_of(side):
        side.there.behave()
        side.there.misbehave(kind, on="writes", **how)
        before = side.applied()

        def settle(before: int = before) -> None:
            if kind == "late_write":
                side.wait_until(lambda: side.applied() > before)

        def make(write: Write = write) -> Any:
            return write.make(entered[0], side.ats)

        done, failures = until_done(make, settle)
        if write.method == "add_entry":
            entered[0] = done
        assert failures, f"{write.method}: the trouble never struck"
        assert write.stands(side) == 1, f"{write.method} under {kind}"
        make()
        assert write.stands(side) == 1, f"{write.method} again after {kind}"


def test_a_write_that_was_applied_but_not_answered_stands_once(side: Any) -> None:
    all_done_in_spite_of(side, "drop_answer", next=3)


def test_a_write_that_was_applied_and_answered_with_an_error_stands_once(side: Any) -> None:
    all_done_in_spite_of(side, "error_after_write", next=3)


def test_a_write_that_is_applied_after_its_answer_stands_once(side: Any) -> None:
    all_done_in_spite_of(side, "late_write", next=1, delay=0.02)


def test_a_write_that_was_refused_is_made_once(side: Any) -> None:
    all_done_in_spite_of(side, "server_error", next=2)


def test_a_write_above_the_limit_is_made_once(side: Any) -> None:
    all_done_in_spite_of(side, "too_many_requests", next=2)


@pytest.mark.parametrize("kind", ["drop_answer", "error_after_write", "server_error", "late_write"])
def test_a_lost_answer_to_a_write_is_an_unknown_outcome(side: Any, kind: str) -> None:
    for write in writes_of(side)[:1]:
        side.there.misbehave(kind, on="writes", next=1, **({"delay": 0.01} if kind == "late_write" else {}))
        with pytest.raises(ATSError) as problem:
            write.make(None, side.ats)
        assert problem.value.unknown and not problem.value.permanent


def test_a_time_out_in_the_middle_of_a_write_is_an_unknown_outcome(side: Any) -> None:
    for write in writes_of(side)[:1]:
        before = side.applied()
        side.there.misbehave("slow", on="writes", next=1, delay=AT_ONCE * 2)
        with pytest.raises(ATSError) as problem:
            write.make(None, side.connect(timeout=str(AT_ONCE)))
        assert problem.value.unknown and not problem.value.permanent
        side.wait_until(lambda before=before: side.applied() > before)
        write.make(None, side.ats)
        assert write.stands(side) == 1


def test_a_limit_says_when_to_come_again_and_failures_pass(side: Any) -> None:
    id = side.requisition()
    side.there.misbehave("too_many_requests", on="reads", next=1)
    with pytest.raises(ATSError) as problem:
        side.ats.requisition(id)
    limit = problem.value
    assert (limit.status, limit.permanent, limit.unknown) == (429, False, False)
    assert limit.retry_after is None or 0 < limit.retry_after <= 3600
    side.there.misbehave("server_error", on="reads", next=1)
    with pytest.raises(ATSError) as problem:
        side.ats.requisition(id)
    assert (problem.value.permanent, problem.value.unknown) == (False, False)
    assert "Traceback" not in str(problem.value)
    assert side.ats.requisition(id).id == id


def test_a_read_that_fails_reads_nothing_rather_than_less(side: Any) -> None:
    """A failure in the middle must not look like a requisition without a text, a team or a decision."""
    id = side.requisition()
    for method in ("postings", "hiring_team", "stages", "applications", "interviews", "read_decision"):
        if not side.can(method):
            continue
        how = {"applications": {"requisition_id": id}, "interviews": {"since": side.clock.now()}}.get(method)
        read = getattr(side.ats, method)
        asked = side.requests()
        read(**how) if how else read(id)
        if asked and side.requests() == asked:
            continue  # it is known without a call
        side.there.misbehave("server_error", on="reads", next=1)
        with pytest.raises(ATSError):
            read(**how) if how else read(id)
        side.there.behave()


def test_a_token_that_dies_is_replaced_or_said(side: Any) -> None:
    id = side.requisition()
    assert side.ats.requisition(id) is not None
    if side.ats.tokens.current():
        side.ats.tokens.exclusive(lambda held: "dead")
        assert side.ats.requisition(id).id == id, "a token is minted anew"
        assert side.ats.tokens.current() != "dead"
    given = side.there.connection()["credentials"]
    if not given:
        assert not any(ask.kind == "credential" for ask in side.kind.asks), "nothing is signed in with"
        return
    dead = side.connect(credentials={name: dead_of(value) for name, value in given.items()})
    with pytest.raises(ATSError) as problem:
        dead.requisition(id)
    assert problem.value.status in (400, 401, 403, None)
    assert not any(value and value in str(problem.value) for value in given.values() if len(value) > 8)
    findings = dead.check()
    assert any(not finding.ok and finding.todo for finding in findings), "doctor says what to do about it"


def dead_of(value: str) -> str:
    """A credential that was good once: as long, of the same kind, and wrong."""
    return value.translate(str.maketrans("abcdefghijklmnopqrstuvwxyz", "bcdefghijklmnopqrstuvwxyza"))


def test_secrets_stand_in_no_repr_and_no_error(side: Any) -> None:
    said = repr(side.ats) + repr(vars(side.ats).get("harvest"))
    assert side.SECRET not in said
    for value in side.there.connection()["credentials"].values():
        assert len(value) < 8 or value not in said


def test_a_decision_is_not_lost_to_trouble(side: Any) -> None:
    """A manager decides while our request fails: their decision stands afterwards."""
    if not side.can("read_decision", "post_approval_request"):
        return
    id = side.requisition()
    side.ask(id, "K-1")
    seen = side.ats.read_decision(id)
    side.clock_moves()
    side.there.misbehave("server_error", next=1)
    with pytest.raises(ATSError):
        side.ask(id, "K-2", seen=seen)
    side.there.behave()
    side.there.decide(id, "approve", "75")
    side.ask(id, "K-2", seen=seen)
    kept = side.ats.read_decision(id)
    assert (kept.calibration, kept.choice) == ("K-1", Choice.APPROVED)
