"""Handing over: only who agreed, only what was chosen, looked at first, sent once."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col

from connectors.records import Attachment, EntryKind, NewEntry
from plugin.desk import people
from plugin.desk.letter import Section
from plugin.desk.paper import draw
from plugin.erasure import erase_person
from plugin.person_data import as_text, collect
from plugin.pipeline.writes import reference
from plugin.provision import as_csv
from plugin.rows import (
    DeskApplication,
    DeskFile,
    DeskHandOff,
    DeskPerson,
    DeskRequisition,
    Entry,
    Event,
    Job,
    PersonKey,
    Profile,
    ProvisionRecord,
    Scout,
    Suppression,
)
from plugin.scouting.outbox import Delivered, Outcome, Refused, Unknown
from plugin.spreadsheets import safe
from plugin.work.handlers import HANDLERS
from plugin.work.worker import Worker

ONE_DATABASE = pytest.mark.parametrize("database_kind", ["sqlite"])
TO = {"company": "株式会社みほん", "reader": "鈴木 健一", "address": "jinji@client.example.com", "language": "ja"}
ALL = {**TO, "items": ["name", "contact", "career", "reply"]}


def looked_at(desk: Any, application: int, chosen: dict[str, Any]) -> tuple[str, str]:
    """The page of a letter, and the digest its button carries."""
    page = desk.press(f"/desk/people/{application}/recommend", chosen).get_data(as_text=True)
    found = re.search(r'name="digest" value="([^"]+)"', page)
    return page, found[1] if found else ""


def sent(desk: Any, application: int, chosen: dict[str, Any]) -> Any:
    _page, digest = looked_at(desk, application, chosen)
    return desk.press(f"/desk/people/{application}/recommend/send", {**chosen, "digest": digest})


def parts_of(desk: Any, number: int = 0) -> tuple[str, str, list[list[str]]]:
    """A sent letter's text, its PDF's text and its table."""
    message = desk.opened(desk.mails()[number])
    text = message.get_body(("plain",)).get_content()
    files = {part.get_content_type(): part.get_payload(decode=True) for part in message.iter_attachments()}
    pages = pypdf.PdfReader(BytesIO(files["application/pdf"])).pages
    table = list(csv.reader(StringIO(files["text/csv"].decode("utf-8-sig"), newline="")))
    return text, "\n".join(page.extract_text() for page in pages), table


def test_the_letter_that_was_looked_at_leaves_once(desk: Any, placed: int) -> None:
    page, digest = looked_at(desk, placed, ALL)
    assert "髙﨑 太郎" in page and "jinji@client.example.com" in page and desk.mails() == []
    for _ in range(2):
        answer = desk.press(f"/desk/people/{placed}/recommend/send", {**ALL, "digest": digest})
        assert answer.status_code == 303
    (mail,) = desk.mails()
    assert (mail.state, mail.person) == ("queued", "u0") and mail.message_id
    jobs = desk.all(Job, col(Job.kind) == "send_mail", col(Job.dedupe).endswith(f":{mail.key}"))
    assert [job.payload["mail_id"] for job in jobs] == [mail.key]
    message = desk.opened(mail)
    assert "jinji@client.example.com" in message["To"] and message["Message-ID"] == mail.message_id
    assert message["Reply-To"] == "misaki.sato@agency.example.com"
    assert message["Subject"] == "【ご推薦】バックエンドエンジニア（髙﨑 太郎様）"
    assert len(desk.all(DeskHandOff)) == 1
    (event,) = desk.all(Event, col(Event.what) == "recommended")
    assert event.actor == f"staff:{desk.recruiter.key}" and event.facts["mail"] == mail.key

    other = {**ALL, "remark": "決済基盤の設計を一人で担われた方です。"}
    assert sent(desk, placed, other).status_code == 303
    assert len(desk.mails()) == 2, "another letter is another letter"


class Server:
    """A mail server that answers as told and remembers what it took."""

    configured = True

    def __init__(self, *answers: Outcome) -> None:
        self.answers, self.taken = list(answers), list[str]()

    def deliver(self, raw: bytes, envelope_from: str, to: str) -> Outcome:
        self.taken.append(to)
        return self.answers.pop(0)


@ONE_DATABASE
@pytest.mark.parametrize(
    ("answers", "state", "attempts"),
    [
        ((Refused(451, "later", True, "recipient"), Delivered("250 ok")), "sent", 2),
        ((Unknown("the connection broke"),), "unknown", 1),
        ((Refused(550, "5.1.1 user unknown", False, "recipient"),), "refused", 1),
    ],
    ids=["tried again", "lost", "refused"],
)
def test_the_mail_leaves_at_most_once(
    desk: Any, placed: int, answers: tuple[Outcome, ...], state: str, attempts: int
) -> None:
    sent(desk, placed, ALL)
    desk.work.smtp = server = Server(*answers)
    for _ in range(3):
        Worker(desk.work, {"send_mail": HANDLERS["send_mail"]}).run_due()
        desk.work.clock.move(timedelta(minutes=10))
    (mail,) = desk.mails()
    assert (mail.state, mail.attempts, len(server.taken)) == (state, attempts, attempts)
    assert not desk.all(Suppression), "what becomes of a client's address is no word of the person"


@ONE_DATABASE
@pytest.mark.parametrize("tried", [False, True], ids=["at first", "after a temporary refusal"])
def test_a_letter_that_waits_does_not_leave_once_they_withdraw(desk: Any, placed: int, tried: bool) -> None:
    sent(desk, placed, ALL)
    desk.work.smtp = server = Server(Refused(451, "later", True, "recipient"), Delivered("250 ok"))
    for one in range(3):
        if one == tried:
            with desk.work.writing() as db:
                desk.reply(db, db.get_one(Scout, desk.one(Scout).key), "withdraw", "今回は辞退します。")
        Worker(desk.work, {"send_mail": HANDLERS["send_mail"]}).run_due()
        desk.work.clock.move(timedelta(minutes=10))
    (mail,) = desk.mails()
    assert (mail.state, mail.answer, len(server.taken)) == ("held", "withdrawn", int(tried))


@ONE_DATABASE
def test_mail_pdf_and_table_say_the_same_and_no_score(desk: Any, placed: int) -> None:
    chosen = {**ALL, "remark": "決済基盤の設計を一人で担われた方です。"}
    assert sent(desk, placed, chosen).status_code == 303
    text, paper, (heads, row) = parts_of(desk)
    for words in ("髙﨑 太郎", "Goによる決済基盤を開発", "一人で担われた方", "ぜひお話を伺いたい", "090-0000-0000"):
        assert words in text and words in paper.replace("\n", ""), words
        assert any(words in cell for cell in row), words
    assert len(heads) == len(row)
    assert "88" not in text and "88" not in "".join(row) and "AWS" not in text
    assert "1990年4月1日" not in text + paper + "".join(row), "what the law bans is taken out"


@ONE_DATABASE
def test_what_was_not_chosen_stands_nowhere(desk: Any, placed: int) -> None:
    assert sent(desk, placed, {**TO, "items": ["name"]}).status_code == 303
    text, paper, (_heads, row) = parts_of(desk)
    for words in ("090-0000-0000", "taro0.takasaki@example.com", "架空商会", "決済基盤", "ぜひお話を"):
        assert words not in text and words not in paper and words not in "".join(row), words
    assert desk.one(DeskHandOff).items == ["name"]
    assert desk.one(ProvisionRecord).items == ["name"]


@ONE_DATABASE
def test_nobody_is_put_before_a_client_who_has_not_agreed(desk: Any) -> None:
    position = desk.position()
    desk.read()
    application = desk.yes(position, consented=False)
    page = desk.client().get(f"/desk/people/{application}/recommend").get_data(as_text=True)
    assert "ご本人の同意がありません" in page and "髙﨑" not in page.split("<main")[1].split("crumb")[0]
    answer = desk.press(f"/desk/people/{application}/recommend/send", {**ALL, "digest": "x"})
    assert "ご本人の同意がありません" in answer.get_data(as_text=True)
    assert desk.press(f"/desk/people/{application}/recommend/file/0", ALL).status_code == 409
    assert desk.mails() == [] and desk.all(ProvisionRecord) == []


@ONE_DATABASE
@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("withdrawn", "ご本人が辞退"),
        ("suspended", "利用停止"),
        ("ended", "選考は終了"),
        ("closed", "募集は終了"),
        ("erased", "削除または消去"),
    ],
)
def test_who_is_not_there_any_more_is_not_handed_over(desk: Any, placed: int, what: str, said: str) -> None:
    _page, digest = looked_at(desk, placed, ALL)
    desk.work.clock.move(timedelta(seconds=5))
    if what == "erased":
        erase_person(desk.work, desk.connection.employer_id, "u0", by="admin:test", asked=False)
    if what == "ended":
        desk.press(f"/desk/people/{placed}/stage", {"stage": "rejected"})
    if what == "closed":
        desk.press(f"/desk/positions/{desk.one(DeskRequisition).key}/status", {"status": "closed"})
    with desk.work.writing() as db:
        if what == "withdrawn":
            desk.reply(db, db.get_one(Scout, desk.one(Scout).key), "withdraw", "今回は辞退します。")
        if what == "suspended":
            profile = db.get_one(Profile, desk.one(Profile).key)
            profile.suspended_at = desk.work.clock.now()
            db.add(profile)
    answer = desk.press(f"/desk/people/{placed}/recommend/send", {**ALL, "digest": digest})
    assert said in answer.get_data(as_text=True)
    assert desk.mails() == []


@ONE_DATABASE
def test_a_letter_that_changed_since_is_looked_at_again(desk: Any, placed: int) -> None:
    _page, digest = looked_at(desk, placed, ALL)
    with desk.work.writing() as db:
        position = db.get_one(DeskRequisition, desk.one(DeskRequisition).key)
        position.title = "SRE"
        db.add(position)
    answer = desk.press(f"/desk/people/{placed}/recommend/send", {**ALL, "digest": digest})
    assert answer.status_code == 409 and "内容が変わりました" in answer.get_data(as_text=True)
    assert desk.mails() == []


@ONE_DATABASE
def test_what_must_not_be_sent_says_why(desk: Any, placed: int) -> None:
    for wrong, said in (
        ({"address": "nobody"}, "送付先のメールアドレス"),
        ({"address": "TARO0.takasaki@example.com"}, "候補者ご本人のアドレス"),
        ({"address": "a@b.example\nBcc: c@d.example"}, "送付先のメールアドレス"),
        ({"items": ["career"]}, "少なくとも氏名"),
        ({"remark": "生年月日：1990年4月1日の方です"}, "採用選考で扱えない事項"),
        ({"remark": "あ" * 4001}, "長すぎる"),
    ):
        answer = desk.press(f"/desk/people/{placed}/recommend/send", {**ALL, **wrong, "digest": "x"})
        assert answer.status_code == 409 and said in answer.get_data(as_text=True), wrong
    assert desk.mails() == []


@ONE_DATABASE
def test_the_preview_shows_what_leaves(desk: Any, placed: int) -> None:
    desk.enclose(placed)
    file = desk.one(DeskFile)
    chosen = {**ALL, "enclosed": [str(file.key)]}
    paper = desk.press(f"/desk/people/{placed}/recommend/file/0", chosen)
    assert paper.mimetype == "application/pdf" and paper.headers["Content-Disposition"].startswith("inline")
    table = desk.press(f"/desk/people/{placed}/recommend/file/1", chosen)
    assert table.data.startswith("\ufeff".encode()) and b"\r\n" in table.data
    assert sent(desk, placed, chosen).status_code == 303
    names = [part.get_filename() for part in desk.opened(desk.mails()[0]).iter_attachments()]
    assert len(names) == 3 and "職務経歴書.pdf" in names


@ONE_DATABASE
def test_our_own_sheet_with_the_score_is_never_enclosed(desk: Any, placed: int) -> None:
    entry = desk.one(Entry)
    ref = reference(desk.work.vault, entry.employer_id, f"attach:{entry.key}")
    desk.ats.attach(str(placed), ref, Attachment("根拠.txt", "88点".encode(), "text/plain"))
    file = desk.one(DeskFile)
    page, _digest = looked_at(desk, placed, {**ALL, "enclosed": [str(file.key)]})
    assert "根拠.txt" not in page
    assert sent(desk, placed, {**ALL, "enclosed": [str(file.key)]}).status_code == 303
    assert len(list(desk.opened(desk.mails()[0]).iter_attachments())) == 2


@ONE_DATABASE
def test_handing_on_is_recorded_when_it_happens(desk: Any, placed: int) -> None:
    assert desk.all(ProvisionRecord) == [], "an entry in our own books hands nothing on"
    sent(desk, placed, {**TO, "items": ["name"]})
    sent(desk, placed, ALL)
    (row,) = desk.all(ProvisionRecord)
    assert (row.recipient, row.basis) == ("株式会社みほん", "consent")
    assert row.items == ["name", "contact", "career", "reply"], "the later letter held more"
    with desk.work.reading() as db:
        assert "髙﨑 太郎" in as_csv(db, desk.work.vault, row.employer_id, "ja")


@ONE_DATABASE
def test_in_house_the_letter_introduces_and_needs_no_second_consent(in_house: Any) -> None:
    position = in_house.position()
    in_house.read()
    application = in_house.yes(position, consented=False)
    with in_house.work.writing() as db:
        scout = db.get_one(Scout, in_house.one(Scout).key)
        scout.voice = "in_house"
        db.add(scout)
    assert sent(in_house, application, {**ALL, "company": ""}).status_code == 303
    text, _paper, _table = parts_of(in_house)
    assert "貴社" not in text.split("■")[0] and "ご紹介いたします" in text
    assert in_house.all(ProvisionRecord) == []


@ONE_DATABASE
def test_in_english_the_letter_is_english(desk: Any, placed: int) -> None:
    chosen = {**ALL, "language": "en", "reader": "Kenichi Suzuki", "company": "Mihon Inc."}
    assert sent(desk, placed, chosen).status_code == 303
    text, paper, (heads, _row) = parts_of(desk)
    assert text.startswith("Dear Kenichi Suzuki,") and "Taro Takasaki" in text
    assert "Letter of recommendation" in paper and heads[0] == "Position"


@ONE_DATABASE
def test_who_asks_is_told_what_the_desk_holds(desk: Any, placed: int) -> None:
    desk.enclose(placed)
    desk.press(
        f"/desk/people/{placed}/meetings", {"starts_at": "2026-11-24T10:00", "minutes": "45", "kind": "interview"}
    )
    with desk.work.reading() as db:
        told = as_text(collect(db, desk.work.vault, desk.one(Profile), for_them=True))
    for words in ("求人デスクでの記録", "職務経歴書.pdf", "2026-11-24T01:00:00+00:00"):
        assert words in told, words
    assert "点数" not in told and "Score" not in told


def test_an_erasure_reaches_the_desk(desk: Any, placed: int) -> None:
    desk.enclose(placed)
    sent(desk, placed, ALL)
    desk.ats.note(desk.one(Entry).ats_candidate_id, "N-1", "髙﨑さんに電話")
    desk.ats.post_message(str(desk.one(DeskRequisition).key), "髙﨑 太郎さんの件")
    assert erase_person(desk.work, desk.connection.employer_id, "u0", by="candidate", asked=True)
    person = desk.one(DeskPerson)
    assert (person.sealed, person.email_hash, person.name_hash) == (None, "", "")
    assert desk.ats.candidate(str(person.key)) is None and desk.ats.applications(candidate_id=str(person.key)) == []
    assert desk.all(DeskFile) == [] and desk.one(DeskHandOff).sealed == b""
    page = desk.client().get(f"/desk/people/{placed}").get_data(as_text=True)
    assert "削除または消去" in page and "髙﨑" not in page
    position = desk.client().get(f"/desk/positions/{desk.one(DeskRequisition).key}").get_data(as_text=True)
    assert "髙﨑" not in position
    assert not desk.all(Job, col(Job.kind) == "note_erasure"), "the books are ours: nobody else is asked to erase"


@ONE_DATABASE
def test_an_erasure_reaches_who_was_entered_without_an_address(desk: Any, placed: int) -> None:
    position = str(desk.one(DeskRequisition).key)
    entered = desk.ats.add_entry(NewEntry(position, "K-9", EntryKind.APPLICATION, "太郎", "髙﨑", ""))
    with desk.work.writing() as db:
        entry = db.get_one(Entry, desk.one(Entry).key)
        entry.ats_candidate_id = entered.candidate_id
        db.add(entry)
    person = desk.one(DeskPerson, col(DeskPerson.id) == int(entered.candidate_id))
    assert person.person.startswith("desk:")
    assert erase_person(desk.work, desk.connection.employer_id, "u0", by="candidate", asked=True)
    assert desk.ats.candidate(entered.candidate_id) is None
    assert desk.all(PersonKey, col(PersonKey.person) == person.person) == []


@ONE_DATABASE
def test_an_erasure_reaches_who_was_merged_over_several_records(desk: Any, placed: int) -> None:
    sent(desk, placed, ALL)
    position, last = str(desk.one(DeskRequisition).key), desk.one(DeskPerson)
    for number in (1, 2):
        name = (f"太郎{number}", "髙﨑", f"taro{number}@elsewhere.example")
        entered = desk.ats.add_entry(NewEntry(position, f"K-{number}", EntryKind.APPLICATION, *name))
        with desk.work.writing() as db:
            stays = db.get_one(DeskPerson, int(entered.candidate_id))
            people.merge(db, desk.work.vault, db.get_one(DeskPerson, last.key), stays)
        last = stays
    assert len(desk.all(DeskPerson)) == 3 and len(list(desk.all(DeskApplication))) == 3
    with desk.work.writing() as db:
        people.remove(db, db.get_one(DeskPerson, last.key))
    for person in desk.all(DeskPerson):
        assert (person.sealed, person.email_hash, person.name_hash) == (None, "", ""), person.key
    assert [letter.sealed for letter in desk.all(DeskHandOff)] == [b""]


@given(st.text(max_size=60))
def test_no_cell_is_a_formula(text: str) -> None:
    cell = safe(text)
    assert cell in (text, "'" + text)
    assert cell.lstrip(" \u3000\t\r\n")[:1] not in tuple("=+-@|%＝＋－＠")


@given(st.text(max_size=200))
def test_any_text_can_be_drawn(text: str) -> None:
    drawn = draw(
        "推薦状", text, text, [Section(text, (("", text), (text, text)))], text,
        on=datetime(2026, 11, 20, tzinfo=UTC), zone="Asia/Tokyo", language="ja",
    )  # fmt: skip
    assert drawn.content.startswith(b"%PDF-")
    assert all(one in text for one in drawn.missing)


def test_the_font_is_embedded_and_draws_the_forms_of_names() -> None:
    drawn = draw(
        "推薦状",
        "髙﨑 𠮟 様",
        "役",
        [],
        "祐禎塚",
        on=datetime(2026, 11, 20, tzinfo=UTC),
        zone="Asia/Tokyo",
        language="ja",
    )
    assert drawn.missing == ""
    page = pypdf.PdfReader(BytesIO(drawn.content)).pages[0]
    fonts = [one.get_object() for one in page["/Resources"]["/Font"].values()]
    ours = [one for one in fonts if "IPAex" in str(one["/BaseFont"])]
    assert ours and all("/FontFile2" in one["/FontDescriptor"].get_object() for one in ours)
    assert "髙﨑" in page.extract_text()
