"""An ATS where a decision is made on an application: when that one rings, the requisition's decision is read."""

from __future__ import annotations

from typing import Any

from connectors.records import ApprovalRequest, Event, EventKind
from plugin.rows import Connection
from plugin.work.deliveries import owe_reads


def ring(house: Any, application_id: str) -> None:
    house.rung += 1
    with house.work.writing() as session:
        connection = session.get_one(Connection, house.connection.key)
        owe_reads(session, connection, [(Event(EventKind.APPLICATION, application_id), f"delivery:{house.rung}:0:0")])
    house.settle()


def test_a_decision_on_a_calibration_application_is_heard(house: Any, monkeypatch: Any) -> None:
    ask = house.ats.post_approval_request

    def on_an_application(requisition_id: str, request: ApprovalRequest) -> str:
        ask(requisition_id, request)
        return "app-7"

    monkeypatch.setattr(house.ats, "post_approval_request", on_an_application)
    house.ring()
    with house.reading() as session:
        assert house.calibration(session).decision_place == "app-7"
    house.ats.edit(line="75")
    ring(house, "app-8")
    assert house.states() == [], "somebody else's application decides nothing"
    ring(house, "app-7")
    assert [commitment.line for commitment in house.commitments()] == [75]
    writes = list(house.ats.writes)
    ring(house, "app-7")
    assert house.ats.writes == writes and len(house.commitments()) == 1, "an echo of our own does nothing"


def test_a_decision_on_the_requisition_itself_has_no_place(house: Any) -> None:
    house.ring()
    with house.reading() as session:
        assert house.calibration(session).decision_place == ""
