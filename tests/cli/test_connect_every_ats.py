"""`connect` and `doctor` on every ATS's stand-in: nothing but its own questions, fields and webhooks made, the door tested."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import func, select

from connectors.registry import CONNECTORS
from connectors.sandbox.kit.serving import Server
from connectors.sandbox.standins import STANDINS, stand_in
from plugin.connections import secrets_of
from plugin.doors.app import create_app
from plugin.rows import Connection, Delivery, Requisition
from plugin.work.context import Work

Kakuyaku = Callable[..., Any]


@pytest.mark.parametrize("name", sorted(STANDINS))
def test_it_is_connected_and_its_door_is_tested(
    name: str,
    kakuyaku: Kakuyaku,
    stored: Work,
    smtp: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind = CONNECTORS[name]
    server = Server("127.0.0.1", 0, create_app(stored))
    monkeypatch.setenv("KAKUYAKU_PUBLIC_URL", server.url)
    there = stand_in(name)()
    try:
        wanted = there.create_requisition(title="Go エンジニア", description="Go の開発経験 必須")
        given = there.connection()
        path = tmp_path / "answers.json"
        values = {
            "employer": "株式会社みほん",
            **given["credentials"],
            "options": given["options"],
            "pick": [wanted],
            "from_address": "scout@mihon.example.com",
            "company_ja": "株式会社みほん",
            "legal_sender": "株式会社みほん",
            "postal_address": "東京都千代田区見本町1-2-3",
            "contact": "saiyo@mihon.example.com",
        }
        path.write_text(json.dumps(values), "utf-8")
        ran = kakuyaku("connect", name, "--answers", path, "--lang", "ja")
        assert ran.code == 0, ran.out + ran.err
        with stored.reading() as session:
            connection = session.exec(select(Connection)).one()
            assert session.exec(select(Requisition.ats_id)).all() == [wanted]
            signing = secrets_of(session, stored.vault, connection.key, "webhook")
        assert bool(signing) == kind.supports("verify")
        again = kakuyaku("connect", name, "--answers", path)
        assert again.code == 0, again.out + again.err
        assert "FAIL" not in again.out
        tested = "a test event, signed with our secret — is taken, and nothing is stored of it"
        assert (tested in again.out) == kind.supports("test_event") == kind.supports("verify")
        with stored.reading() as session:
            assert session.execute(select(func.count()).select_from(Delivery)).scalar_one() == 0
    finally:
        there.close()
        server.stop()
