"""Where nobody outside reaches us: letters carry no link, and are refused by answering them."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
from sqlmodel import Session

from plugin.rows import Scout
from plugin.scouting.letters import preview, write


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_letter_carries_no_link_and_says_how_to_refuse(
    stage: Any, smtp: Any, text: Callable[[EmailMessage], str], language: str
) -> None:
    stage.people(1, language=language)
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    settings = stage.work.settings.model_copy(update={"pull_only": True})

    def of(session: Session, scout: Scout, pulled: Any) -> tuple[str, dict[str, str]]:
        written = write(session, stage.work.vault, pulled, scout)
        return written.letter.text, dict(written.headers)

    with stage.work.reading() as session:
        scout = session.get_one(Scout, stage.scouts()["u001"].key)
        letter, headers = of(session, scout, settings)
        usual, usual_headers = of(session, scout, stage.work.settings)
        shown = preview(session, stage.work.vault, settings, scout).text
    assert stage.work.settings.public_url not in letter + str(headers) + shown
    assert "http" not in letter
    assert ("「配信停止」とご返信" if language == "ja" else 'reply with the word "unsubscribe"') in letter
    assert "ページ" not in letter and "page" not in letter
    assert headers["List-Unsubscribe"].startswith("<mailto:scout+") or "+" in headers["List-Unsubscribe"]
    assert "List-Unsubscribe-Post" not in headers
    assert "List-Unsubscribe-Post" in usual_headers and stage.work.settings.public_url in usual
