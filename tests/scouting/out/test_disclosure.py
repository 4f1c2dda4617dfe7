"""The ladder from withheld to named, and every way a name could slip before its time."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session, col, select

from connectors.records import Attachment
from plugin.rows import Connection, Employer, Event, Mail, Requisition, Scout, Task
from plugin.scouting import disclosure
from plugin.scouting.batches import CannotRelease
from plugin.scouting.legal import LetterRefused
from plugin.scouting.letters import preview, write
from plugin.scouting.post import post

CLIENT = "港湾商会株式会社"


@pytest.fixture
def agency(stage: Any) -> Any:
    """An agency's requisition with one letter drafted, its client's names entered, none of them told yet."""
    stage.change(Employer, stage.connection.employer_id, mode="agency")
    legal = dict(stage.connection.policy["legal"]) | {
        "sender": "架空キャリア株式会社",
        "licence": "13-ユ-000000",
    }
    stage.policy(
        legal=legal, from_name="架空キャリア 佐藤", company_ja="架空キャリア株式会社", company_en="Kaku Career"
    )
    stage.people(1, contact_basis="agency_registrant")
    stage.calibrate({"u001": 90})
    stage.change(
        Requisition,
        stage.requisition_id,
        client_ja="従業員300名規模の物流会社",
        client_en="a logistics company with about 300 employees",
    )
    with stage.work.writing() as session:
        connection, requisition = rows(stage, session)
        for kind, name in (
            ("legal", CLIENT),
            ("legal", "Harbor Trading Co., Ltd."),
            ("product", "ハコブネ"),
            ("department", "基幹システム第二部"),
            ("domain", "harbor-trading.example"),
        ):
            disclosure.add_name(session, connection, requisition, kind, name, "staff:1")
    stage.commit()
    stage.run()
    return stage


def rows(stage: Any, session: Session) -> tuple[Connection, Requisition]:
    return session.get_one(Connection, stage.connection.key), session.get_one(Requisition, stage.requisition_id)


def letter(stage: Any) -> Any:
    with stage.work.reading() as session:
        scout = session.exec(select(Scout)).one()
        return preview(session, stage.work.vault, stage.work.settings, scout)


def test_an_agency_describes_its_client_until_told_otherwise(agency: Any) -> None:
    words = letter(agency)
    assert "従業員300名規模の物流会社" in words.text
    assert "港湾商会" not in words.text + words.subject + words.html


def test_a_requisition_set_to_full_names_the_client_in_the_letters_language(agency: Any) -> None:
    agency.change(Requisition, agency.requisition_id, disclosure="full")
    assert CLIENT in letter(agency).text


def test_in_house_the_employer_is_named(stage: Any) -> None:
    stage.people(1)
    stage.calibrate({"u001": 90})
    stage.commit()
    stage.run()
    assert "株式会社みほん" in letter(stage).text


def test_in_house_a_withheld_employer_is_found_in_the_senders_own_name(stage: Any) -> None:
    stage.people(1)
    stage.calibrate({"u001": 90})
    stage.change(Requisition, stage.requisition_id, disclosure="withheld", client_ja="都内の事業会社")
    stage.commit()
    stage.run()
    with pytest.raises(LetterRefused) as refused:
        letter(stage)
    assert refused.value.code == "leak"


@pytest.mark.parametrize(
    ("changes", "code"), [({"client_ja": ""}, "client_undescribed"), ({"client_ja": "港湾商会の子会社"}, "leak")]
)
def test_without_a_description_that_names_nobody_there_is_no_letter(
    agency: Any, changes: dict[str, str], code: str
) -> None:
    agency.change(Requisition, agency.requisition_id, **changes)
    with pytest.raises(LetterRefused) as refused:
        letter(agency)
    assert refused.value.code == code


def test_without_a_single_name_to_look_for_nothing_is_withheld_by_guess(agency: Any) -> None:
    with agency.work.writing() as session:
        for row in disclosure.names_of(session, rows(agency, session)[1]):
            session.delete(row)
    with pytest.raises(LetterRefused) as refused:
        letter(agency)
    assert refused.value.code == "client_unnamed"


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("title", "ハコブネのバックエンドエンジニア"),
        ("title", "Ｈａｒｂｏｒ Trading バックエンドエンジニア"),
    ],
)
def test_a_title_that_names_the_client_is_refused(agency: Any, where: str, value: str) -> None:
    agency.change(Requisition, agency.requisition_id, **{where: value})
    with pytest.raises(LetterRefused) as refused:
        letter(agency)
    assert refused.value.code == "leak" and "subject" in refused.value.detail


@pytest.mark.parametrize(
    "changes",
    [
        {"from_name": "港湾商会 採用担当"},
        {"from_address": "scout@harbor-trading.example"},
        {"bounce_address": "bounce@mail.harbor-trading.example"},
    ],
)
def test_an_envelope_that_names_the_client_is_refused(agency: Any, changes: dict[str, str]) -> None:
    agency.policy(**changes)
    with agency.work.writing() as session, pytest.raises(LetterRefused) as refused:
        write(session, agency.work.vault, agency.work.settings, session.exec(select(Scout)).one())
    assert refused.value.code == "leak"


def test_a_letter_refused_for_a_name_never_leaves_and_the_recruiter_is_asked(agency: Any, smtp: Any) -> None:
    agency.release()
    agency.change(Requisition, agency.requisition_id, title="ハコブネの開発")
    agency.run_for(minutes=15)
    assert smtp.accepted == []
    assert agency.scouts()["u001"].reason == "leak"
    with agency.work.reading() as session:
        assert session.exec(select(Task.kind).where(col(Task.kind) == "letter_refused")).all() == ["letter_refused"]


def test_a_batch_is_not_released_while_its_employer_can_be_neither_named_nor_described(agency: Any) -> None:
    agency.change(Requisition, agency.requisition_id, client_ja="")
    with pytest.raises(CannotRelease) as refused:
        agency.release()
    assert refused.value.reasons == ["client_undescribed"]
    assert "企業紹介" in refused.value.text("ja") and "description" in refused.value.text("en")


def test_consent_after_a_yes_names_the_client_to_this_person_and_is_recorded_once(agency: Any) -> None:
    with agency.work.writing() as session:
        scout = session.exec(select(Scout)).one()
        requisition = session.get_one(Requisition, scout.requisition_id)
        assert disclosure.view_of(session, requisition, scout).stage == disclosure.WITHHELD
        assert disclosure.consent(session, scout, "candidate")
        assert not disclosure.consent(session, scout, "staff:1")
        view = disclosure.view_of(session, requisition, scout)
        assert (view.stage, view.company("ja"), view.company("en")) == (
            disclosure.AFTER_CONSENT,
            CLIENT,
            "Harbor Trading Co., Ltd.",
        )
        assert view.secrets == ()
        assert disclosure.view_of(session, requisition, None).stage == disclosure.WITHHELD
    with agency.work.reading() as session:
        event = session.exec(select(Event).where(col(Event.what) == "consented")).one()
        assert (event.actor, event.facts) == ("candidate", {})


# Mails that are no scouts: what answers a yes is held back, never lost.


def mail_to(stage: Any, session: Session, text: str, **more: Any) -> Mail:
    id = post(
        session,
        stage.work.vault,
        connection=session.get_one(Connection, stage.connection.key),
        kind="candidate_receipt",
        name=f"receipt:{text}:{len(more)}",
        to="u001@person.example.com",
        subject=more.pop("subject", "ご返信ありがとうございます"),
        text=text,
        language="ja",
        person="u001",
        **more,
    )
    return session.get_one(Mail, id)


def calendar(words: str) -> Attachment:
    folded = f"BEGIN:VCALENDAR\r\nSUMMARY:{words[:4]}\r\n {words[4:]}\r\nEND:VCALENDAR"
    return Attachment(filename="meeting.ics", media_type="text/calendar", content=folded.encode())


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"subject": "港湾商会とのお打ち合わせ"},
        {"attachments": [calendar("お打ち合わせ（港湾商会）")]},
        {"attachments": [Attachment(filename="harbor-trading.pdf", media_type="application/pdf", content=b"%PDF")]},
        {"reply_to": "saiyo@harbor-trading.example"},
        {"headers": {"X-From": "ハコブネ"}},
        {"html": "<p>港湾<b>商会</b></p>"},
    ],
)
def test_a_mail_that_names_the_client_too_early_waits_for_a_person(agency: Any, more: dict[str, Any]) -> None:
    text = "港湾商会がお会いします" if not more else "ありがとうございます"
    with agency.work.writing() as session:
        mail = mail_to(agency, session, text, **more)
        assert (mail.state, mail.answer) == ("held", disclosure.HELD)
        task = session.exec(select(Task).where(col(Task.kind) == "mail_leak")).one()
        assert (task.subject_id, "港湾" in str(task.facts)) == (mail.key, False)
    assert agency.jobs("send_mail") == []


def test_where_bounces_go_is_part_of_a_mail(agency: Any) -> None:
    agency.policy(bounce_address="bounce@harbor-trading.example")
    with agency.work.writing() as session:
        mail = mail_to(agency, session, "ありがとうございます")
        assert (mail.state, mail.answer) == ("held", disclosure.HELD)


def test_the_mail_leaves_by_itself_once_the_person_agreed(agency: Any, smtp: Any) -> None:
    with agency.work.writing() as session:
        held = mail_to(agency, session, "港湾商会がお会いします").key
    agency.run_for(minutes=5)
    assert smtp.accepted == []
    with agency.work.writing() as session:
        disclosure.consent(session, session.exec(select(Scout)).one(), "candidate")
    agency.run()
    assert [to for _f, to, _raw in smtp.accepted] == ["u001@person.example.com"]
    with agency.work.reading() as session:
        assert session.get_one(Mail, held).state == "sent"
        assert session.exec(select(Task.state).where(col(Task.kind) == "mail_leak")).one() == "done"


def test_mails_to_colleagues_may_name_everybody(agency: Any) -> None:
    with agency.work.writing() as session:
        id = post(
            session,
            agency.work.vault,
            connection=session.get_one(Connection, agency.connection.key),
            kind="recruiter_notice",
            name="notice",
            to="recruiter@kaku.example.com",
            subject="港湾商会",
            text="港湾商会の件です",
            language="ja",
        )
        assert session.get_one(Mail, id).state == "queued"


def test_what_one_requisition_told_is_no_secret_of_another(agency: Any) -> None:
    with agency.work.writing() as session:
        first = session.exec(select(Scout)).one()
        connection, requisition = rows(agency, session)
        twin = Requisition(**requisition.model_dump(exclude={"id", "ats_id"}), ats_id="twin")
        session.add(twin)
        session.flush()
        disclosure.add_name(session, connection, twin, "legal", CLIENT, "staff:1")
        disclosure.add_name(session, connection, twin, "product", "トモヅナ", "staff:1")
        second = Scout(
            **first.model_dump(exclude={"id", "reply_token", "requisition_id"}),
            requisition_id=twin.key,
            reply_token="b" * 26,
        )
        session.add(second)
        session.flush()
        assert set(disclosure.unsaid_to(session, connection, "u001")) >= {CLIENT, "トモヅナ", "ハコブネ"}
        disclosure.consent(session, first, "candidate")
        assert disclosure.unsaid_to(session, connection, "u001") == ("トモヅナ",)


def test_a_name_is_entered_once_and_one_letter_is_no_name(agency: Any) -> None:
    with agency.work.writing() as session:
        connection, requisition = rows(agency, session)
        assert not disclosure.add_name(session, connection, requisition, "alias", "㈱港湾商会", "staff:1")
        assert disclosure.add_name(session, connection, None, "alias", "港湾グループ", "staff:1")
        assert not disclosure.add_name(session, connection, None, "alias", "港湾グループ", "staff:1")
        with pytest.raises(disclosure.NameTooShort):
            disclosure.add_name(session, connection, requisition, "alias", "Ｘ", "staff:1")
        assert "港湾グループ" in disclosure.view_of(session, requisition, None).secrets


def test_names_of_one_account_are_no_secrets_of_another(
    agency: Any, database: Any, new_employer: Any, new_connection: Any
) -> None:
    other = new_connection(database, agency.work.vault, new_employer(database, "別会社"), url_key="other")
    with agency.work.writing() as session:
        assert disclosure.unsaid_to(session, session.get_one(Connection, other.key), "u001") == ()
