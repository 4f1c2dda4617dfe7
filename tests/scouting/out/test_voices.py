"""Letters of an agency and an operator from their rows: drafted in their voice, refused while something is missing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import select

from plugin.rows import Employer, Requisition, Scout, Task
from plugin.scouting import disclosure
from plugin.scouting.batches import CannotRelease, obstacles
from plugin.scouting.compiler import FOLLOW_UP
from plugin.scouting.legal import LetterRefused
from plugin.scouting.letters import preview, set_language

LEGAL = {
    "sender": "れいキャリア株式会社",
    "postal_address": "東京都千代田区見本町1-2-3",
    "contact": "saiyo@rei.example.com",
}
ENTRUSTED = {
    "entrusted_by": "株式会社みほん",
    "entrusted_to": "れいキャリア株式会社",
    "entrustment_basis": "東京労働局長許可 13-募-000000",
}


def drafted(stage: Any, mode: str, **legal: str) -> Scout:
    """One committed letter drafted for an employer of this kind."""
    stage.change(Employer, stage.connection.employer_id, mode=mode)
    stage.policy(legal={**LEGAL, **legal}, from_name="", quiet_hours=False)
    stage.people(1)
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    scout: Scout = stage.scouts()["u001"]
    return scout


def shown(stage: Any, scout: Scout, **options: Any) -> str:
    with stage.work.reading() as session:
        found = session.get_one(Scout, scout.key)
        letter = preview(session, stage.work.vault, stage.work.settings, found, **options)
    return f"{letter.subject}\n{letter.text}"


def client(stage: Any, **texts: str) -> None:
    """The client's name, withheld by description."""
    with stage.work.writing() as session:
        requisition = session.get_one(Requisition, stage.requisition_id)
        requisition.client_ja, requisition.client_en = "都内のSaaS企業（従業員約100名）", "a SaaS company in Tokyo"
        for name, value in texts.items():
            setattr(requisition, name, value)
        session.add(requisition)
        disclosure.add_name(session, stage.connection, requisition, "legal", "株式会社みほん", "staff:1")


def test_the_voice_stands_in_the_scout_from_its_drafting(stage: Any) -> None:
    assert drafted(stage, "operator", **ENTRUSTED).voice == "operator"
    stage.change(Employer, stage.connection.employer_id, mode="in_house")
    assert "採用業務の委託を受けております" in shown(stage, stage.scouts()["u001"])


def test_an_agency_withholds_its_client_and_says_so_honestly(stage: Any) -> None:
    scout = drafted(stage, "agency", licence="13-ユ-000000")
    client(stage)
    for text in (shown(stage, scout), shown(stage, scout, occasion=FOLLOW_UP)):
        assert "都内のSaaS企業（従業員約100名）" in text and "みほん" not in text
        assert "許可番号：13-ユ-000000" in text
        assert "当社ではなく都内のSaaS企業（従業員約100名）です" in text
        assert "【お約束する内容】" in text


def test_an_agency_that_may_name_its_client_does(stage: Any) -> None:
    scout = drafted(stage, "agency", licence="13-ユ-000000")
    client(stage, disclosure="full")
    assert "当社ではなく株式会社みほんです" in shown(stage, scout)


def test_an_agency_is_never_its_own_client(stage: Any) -> None:
    scout = drafted(stage, "agency", licence="13-ユ-000000")
    stage.policy(company_ja="れいキャリア株式会社")
    stage.change(Requisition, stage.requisition_id, disclosure="full")
    with pytest.raises(LetterRefused, match="client_unnamed"):
        shown(stage, scout)


def test_an_agency_without_its_licence_releases_nothing(stage: Any) -> None:
    drafted(stage, "agency")
    with stage.work.reading() as session:
        assert "legal_missing" in obstacles(session, stage.batch())


def test_an_operator_without_the_entrustment_sends_nothing(stage: Any, smtp: Any) -> None:
    scout = drafted(stage, "operator")
    with pytest.raises(LetterRefused, match="entrustment_missing"):
        shown(stage, scout)
    with pytest.raises(CannotRelease):
        stage.release()
    # Taken away after the release, it stops what has not left.
    stage.policy(legal={**LEGAL, **ENTRUSTED})
    stage.release()
    stage.policy(legal=LEGAL)
    stage.run_for(minutes=12)
    assert smtp.messages == []
    assert stage.scouts()["u001"].reason == "entrustment_missing"
    with stage.work.reading() as session:
        assert [task.facts for task in session.exec(select(Task).where(Task.kind == "letter_refused"))] == [
            {"code": "entrustment_missing"}
        ]


def test_an_operator_says_everything_it_must(stage: Any, smtp: Any, text: Any) -> None:
    drafted(stage, "operator", **ENTRUSTED)
    stage.release()
    stage.run_for(minutes=12)
    [message] = smtp.messages
    for said in ("委託元（募集主）：株式会社みほん", "委託先（募集受託者）：れいキャリア株式会社", "13-募-000000"):
        assert said in text(message)
    assert "れいキャリア株式会社" in str(message["From"])


def test_a_recruiter_chooses_the_language_or_both(stage: Any, smtp: Any, text: Any) -> None:
    scout = drafted(stage, "in_house")
    with stage.work.writing() as session:
        set_language(session, session.get_one(Scout, scout.key), "en")
    assert "Dear Taro Mihon1," in shown(stage, scout)
    with stage.work.writing() as session:
        set_language(session, session.get_one(Scout, scout.key), "ja", "en")
    both = shown(stage, scout)
    assert both.count("【お約束する内容】") == 1
    assert both.count("What the hiring manager of this position promises you") == 1
    assert both.count("配信の停止：") == both.count("How to refuse:") == 1
    stage.release()
    with pytest.raises(ValueError, match="released"), stage.work.writing() as session:
        set_language(session, session.get_one(Scout, scout.key), "ja")
    stage.run_for(minutes=12)
    assert "What the hiring manager of this position promises you" in text(smtp.messages[0])


@pytest.mark.parametrize(("first", "second"), [("fr", ""), ("ja", "ja"), ("both", ""), ("", "en")])
def test_what_is_no_language_of_letters_is_refused(stage: Any, first: str, second: str) -> None:
    scout = drafted(stage, "in_house")
    with pytest.raises(ValueError, match="ja, en, or both"), stage.work.writing() as session:
        set_language(session, session.get_one(Scout, scout.key), first, second)
