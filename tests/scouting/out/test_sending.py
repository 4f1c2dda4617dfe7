"""From a commitment in force to letters at a real mail server."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any


def test_a_released_batch_reaches_the_mail_server_once_its_recall_window_is_over(
    stage: Any, smtp: Any, text: Callable[[EmailMessage], str]
) -> None:
    stage.people(3)
    stage.calibrate({"u001": 90, "u002": 70, "u003": 69})
    stage.commit()
    stage.run()
    assert stage.states() == {"u001": "drafted", "u002": "drafted"}
    stage.release()
    stage.run()
    assert smtp.accepted == []
    stage.run_for(minutes=12)
    assert stage.states() == {"u001": "sent", "u002": "sent"}
    assert [to for _from, to, _raw in smtp.accepted] == ["u001@person.example.com", "u002@person.example.com"]
    first = text(smtp.messages[0])
    assert "面接の実施をお約束するもので、採用をお約束するものではありません" in first
    assert stage.batch().state == "finished"
