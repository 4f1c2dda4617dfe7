"""What is shown before anything leaves, and that showing it stores nothing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from plugin.rows import Entry, Mail, Promise, Requisition, Scout
from plugin.scouting.letters import write
from plugin.scouting.previewing import as_if, mails_of, shown


@pytest.fixture
def drafted(stage: Any) -> Any:
    stage.people(1)
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    return stage


def test_every_mail_of_a_letter_can_be_shown_in_both_languages_and_arms(drafted: Any) -> None:
    drafted.policy(follow_up_after_days=7)
    drafted.change(Requisition, drafted.requisition_id, status="closed")
    work = drafted.work
    with work.reading() as session:
        scout = session.exec(select(Scout)).one()
        for language in ("ja", "en"):
            for arm in ("committed", "standard"):
                copy = as_if(session, scout, language=language, arm=arm)
                for which in mails_of(session, copy):
                    mail = shown(session, work.vault, work.settings, copy, which)
                    assert mail.subject and mail.text and mail.headers["Reply-To"] == "scout+…@mihon.example.com"
                    assert "%(" not in mail.text + mail.subject
                    assert scout.reply_token not in mail.text + mail.html + str(mail.headers)
        assert mails_of(session, as_if(session, scout, arm="standard")) == [
            "first",
            "follow_up",
            "receipt_plain",
            "holding_closed",
        ]
        assert mails_of(session, scout)[:4] == ["first", "follow_up", "receipt_promised", "receipt_late"]
        assert not session.new and not session.dirty
        for kind in (Entry, Promise, Mail):
            assert session.exec(select(kind)).all() == []
        assert (scout.language, scout.arm) == ("ja", "committed")


def test_what_is_shown_is_what_is_sent(drafted: Any) -> None:
    work = drafted.work
    with work.writing() as session:
        scout = session.exec(select(Scout)).one()
        mail = shown(session, work.vault, work.settings, scout, "first")
        sent = write(session, work.vault, work.settings, scout)
        assert mail.subject == sent.letter.subject
        assert mail.headers["From"] == f"{sent.from_name} <scout@mihon.example.com>"
        assert mail.text.split("/c/")[0] == sent.letter.text.split("/c/")[0]


def test_what_there_is_no_letter_of_is_refused(drafted: Any) -> None:
    with drafted.work.reading() as session:
        scout = session.exec(select(Scout)).one()
        for changes in ({"language": "fr"}, {"voice": "nobody"}, {"arm": "both"}):
            with pytest.raises(ValueError, match=r"language|voice|arm|letter"):
                as_if(session, scout, **changes)
        scout.commitment_id = None
        with pytest.raises(ValueError, match="no commitment"):
            as_if(session, scout, arm="committed")
        session.rollback()
