"""The recruiter's pages: requirement and criteria, letters, replies, promises, tasks, work set aside."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col

from plugin.pipeline import ledger
from plugin.rows import (
    Batch,
    Calibration,
    Commitment,
    Entry,
    GuidanceNote,
    Job,
    Mail,
    Override,
    Promise,
    Reply,
    Requisition,
    Scout,
    Suppression,
    Task,
    Verdict,
)
from plugin.scouting.letters import write
from plugin.tasks import open_task
from plugin.work.jobs import INTERACTIVE, owe

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def press(client: Any, page: str, path: str | None = None, /, **form: Any) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token is not None, f"{page} has no form"
    return client.post(path or page, data={"csrf_token": token[1], **form})


def told(client: Any, page: str) -> str:
    """What the page says of the last action."""
    found = re.search(r'<p class="say \w+" role="status">(.*?)</p>', client.get(page).text)
    return found[1] if found else ""


# Requisition, requirement, criteria.


def test_new_criteria_calibrate_anew_and_an_earlier_commitment_ends(house: Any) -> None:
    house.commit()
    page = f"/requisitions/{house.requisition}/requirement"
    client = house.client(house.manager)
    before = client.get(f"/requisitions/{house.requisition}/stamp").json
    press(client, page, f"/requisitions/{house.requisition}/guidance", text="Kubernetesの経験は必須。30歳以下。")
    note = house.one(GuidanceNote)
    assert (note.author, note.source) == (f"staff:{house.manager}", "page")
    assert len(house.all(Calibration)) == 2
    assert house.one(Commitment).state == "stale"
    assert client.get(f"/requisitions/{house.requisition}/stamp").json != before
    text = client.get(page).text
    assert "Kubernetes" in text and "選考には使えません" in text and "年齢" in text and "鈴木 健一" in text


def test_saving_the_same_criteria_starts_nothing(house: Any) -> None:
    page, path = f"/requisitions/{house.requisition}/requirement", f"/requisitions/{house.requisition}/guidance"
    for _ in range(2):
        press(house.client(house.manager), page, path, text="Goの経験を重視\r\nよろしく")
    assert len(house.all(GuidanceNote)) == 1 and len(house.all(Calibration)) == 2


def test_running_again_goes_to_the_interactive_lane(house: Any) -> None:
    page = f"/requisitions/{house.requisition}/requirement"
    answer = press(house.client(house.recruiter), page, f"/requisitions/{house.requisition}/again")
    assert answer.status_code == 303
    job = house.one(Job, col(Job.kind) == "calibrate")
    assert job.lane == INTERACTIVE
    waits = house.client(house.recruiter).get(f"/requisitions/{house.requisition}").text
    assert "data-poll" in waits and "候補者リストを作成しています" in waits


@pytest.mark.parametrize(
    ("field", "form", "value"),
    [
        ("pay", {"low": "６５０", "high": "1,200"}, {"low": 6_500_000, "high": 12_000_000}),
        ("pay", {"low": "", "high": ""}, None),
        ("years", {"low": "3", "high": ""}, {"low": 3.0, "high": None}),
        ("japanese", {"level": "3", "required": "1"}, {"level": 3, "required": True}),
        ("english", {"level": "2"}, {"level": 2, "required": False}),
        ("place", {"value": "27"}, "27"),
        ("remote", {"value": "full"}, "full"),
        ("title", {"value": " SRE "}, "SRE"),
    ],
)
def test_a_field_set_by_hand_stands_and_shows_what_the_text_says(
    house: Any, field: str, form: dict[str, str], value: Any
) -> None:
    page, path = f"/requisitions/{house.requisition}/requirement", f"/requisitions/{house.requisition}/override"
    client = house.client(house.recruiter)
    assert press(client, page, path, field=field, **form).status_code == 303
    row = house.one(Override)
    assert (row.field, row.value, row.by) == (field, value, f"staff:{house.recruiter}")
    assert "手動で設定" in client.get(page).text and "佐藤 美咲" in client.get(page).text
    press(client, page, path, field=field, action="end")
    assert house.one(Override).ended_at is not None
    assert "手動で設定" not in client.get(page).text


def test_skills_set_by_hand_are_known_words_or_phrases_of_their_own(house: Any) -> None:
    page, path = f"/requisitions/{house.requisition}/requirement", f"/requisitions/{house.requisition}/override"
    press(house.client(house.recruiter), page, path, field="must", value="PostgreSQL\r\n\r\n月面基地の運用\r\n")
    skills = {skill["label_ja"]: skill["concept"] for skill in house.one(Override).value}
    assert skills == {"PostgreSQL": "postgresql", "月面基地の運用": ""}


@pytest.mark.parametrize(
    ("field", "form"),
    [
        ("pay", {"low": "たくさん"}),
        ("pay", {"low": "900", "high": "100"}),
        ("years", {"low": "-1"}),
        ("remote", {"value": "sometimes"}),
        ("japanese", {"level": "9"}),
        ("nonsense", {"value": "x"}),
    ],
)
def test_a_value_that_does_not_fit_changes_nothing(house: Any, field: str, form: dict[str, str]) -> None:
    page, path = f"/requisitions/{house.requisition}/requirement", f"/requisitions/{house.requisition}/override"
    client = house.client(house.recruiter)
    press(client, page, path, field=field, **form)
    assert told(client, page) != "" and house.all(Override) == []


def test_pausing_skipping_taking_in_and_headcount(house: Any) -> None:
    page, path = f"/requisitions/{house.requisition}", f"/requisitions/{house.requisition}/set"
    client = house.client(house.recruiter)
    row = lambda: house.one(Requisition)  # noqa: E731
    press(client, page, path, what="pause")
    assert row().paused
    press(client, page, path, what="resume")
    assert not row().paused
    press(client, page, path, what="skip", reason="  ")
    assert row().state == "calibrated"
    press(client, page, path, what="skip", reason="社内異動で充足")
    assert row().state == "skipped" and "社内異動で充足" in client.get("/requisitions").text
    press(client, page, path, what="pick")
    assert row().state != "skipped"
    press(client, page, path, what="headcount")
    assert row().headcount_approved_by == f"staff:{house.recruiter}"
    press(client, page, path, what="manager", staff=house.recruiter)
    assert row().manager_id == house.manager and row().manager_set_by is None, "nobody names themselves"
    assert "ATSの採用チーム" in told(client, page)
    press(client, page, path, what="manager", staff=house.bystander)
    assert row().manager_id == house.bystander
    assert press(house.client(house.bystander), "/requisitions", path, what="pause").status_code == 403


def test_a_managers_word_on_a_person_changes_no_score(house: Any) -> None:
    page, path = f"/requisitions/{house.requisition}", f"/requisitions/{house.requisition}/verdict"
    client = house.client(house.manager)
    order = re.findall(r'data-score="(\d+)"', client.get(page).text)
    press(client, page, path, label="A-02", why="other", words=" ")
    assert house.all(Verdict) == []
    press(client, page, path, label="A-02", why="other", words="領域が違う")
    assert house.one(Verdict).match is False
    text = client.get(page).text
    assert "領域が違う" in text and re.findall(r'data-score="(\d+)"', text) == order


def test_small_cells_are_withheld_and_every_table_has_its_denominator(house: Any) -> None:
    text = house.client(house.recruiter).get(f"/requisitions/{house.requisition}").text
    assert "&lt;5" in text and "表示しません" in text
    for said in ("100名", "120名", "自社データ"):
        assert said in text


# Letters.


def test_the_preview_is_what_is_sent(house: Any) -> None:
    house.batch(house.commit())
    scout = house.all(Scout)[0]
    shown = house.client(house.recruiter).get(f"/scouts/{scout.key}").text
    letter = re.search(r'<article class="letter"[^>]*>(.*?)</article>', shown, re.S)
    assert letter is not None
    with house.work.writing() as db:
        sent = write(db, house.work.vault, house.work.settings, db.get_one(Scout, scout.key)).letter
    plain = lambda text: re.sub(r"/([cu])/\S+", r"/\1/…", text.replace("&#39;", "'").replace("&amp;", "&")).strip()  # noqa: E731
    assert plain(letter[1]) == plain(sent.text)
    assert sent.subject in shown


def test_release_and_recall(house: Any, clock: Any) -> None:
    batch = house.batch(house.commit())
    page = f"/requisitions/{house.requisition}/letters"
    client = house.client(house.recruiter)
    assert "山田 太郎" in client.get(page).text
    press(client, page, f"/batches/{batch}/release")
    assert house.one(Batch).state == "released"
    assert house.one(Batch).released_by == f"staff:{house.recruiter}"
    assert len(house.all(Job, col(Job.kind) == "send_scout")) == 3
    assert "data-until" in client.get(page).text
    press(client, page, f"/batches/{batch}/recall")
    assert {scout.state for scout in house.all(Scout)} == {"drafted"}
    assert "3通" in told(client, page)


def test_what_keeps_a_batch_from_leaving_is_said(house: Any) -> None:
    commitment = house.commit()
    batch = house.batch(commitment)
    with house.work.writing() as db:
        row = db.get_one(Commitment, commitment)
        row.state = "undone"
        db.add(row)
    client = house.client(house.recruiter)
    page = f"/requisitions/{house.requisition}/letters"
    assert "disabled" in client.get(page).text
    press(client, page, f"/batches/{batch}/release")
    assert house.one(Batch).state == "drafted" and "確約" in told(client, page)


def test_a_paragraph_that_sounds_like_a_promise_is_refused(house: Any) -> None:
    batch = house.batch(house.commit())
    client, page = house.client(house.recruiter), f"/requisitions/{house.requisition}/letters"
    press(client, page, f"/batches/{batch}/note", note_ja="必ず面接を確約します。")
    assert house.one(Batch).note == "" and "確約" in told(client, page)
    press(client, page, f"/batches/{batch}/note", note_ja="弊社のブログもぜひご覧ください。")
    assert "弊社のブログもぜひご覧ください。" in client.get(f"/scouts/{house.all(Scout)[0].key}").text


def test_standard_letters_are_owed_only_without_a_commitment(house: Any) -> None:
    page = f"/requisitions/{house.requisition}/letters"
    client = house.client(house.recruiter)
    press(client, page, line="30", people="5")
    assert house.all(Job, col(Job.kind) == "prepare_batch") == []
    press(client, page, line="70", people="5")
    job = house.one(Job, col(Job.kind) == "prepare_batch")
    assert job.payload == {"calibration_id": house.calibration, "line": 70, "people": 5, "by": str(house.recruiter)}
    house.commit()
    assert press(client, "/requisitions", page, line="70", people="5").status_code == 409


def test_a_letter_nobody_knows_of_is_settled_by_a_person(house: Any) -> None:
    house.batch(house.commit())
    with house.work.writing() as db:
        scout = db.get_one(Scout, house.all(Scout)[0].key)
        mail = Mail(
            employer_id=scout.employer_id,
            connection_id=scout.connection_id,
            kind="scout",
            name="m1",
            message_id="<m1@example.com>",
            sealed_to=b"",
            scout_id=scout.key,
            state="unknown",
            created_at=house.work.clock.now(),
        )
        db.add(mail)
        db.flush()
        scout.state, scout.mail_id = "unknown", mail.key
        db.add(scout)
    page = f"/scouts/{scout.key}"
    press(house.client(house.recruiter), page, f"{page}/settle", delivered="0")
    assert house.one(Mail, col(Mail.name) == "m1").state == "bounced"


# Replies.


def _reply(house: Any, scout_id: int | None, *, state: str = "triage") -> int:
    with house.work.writing() as db:
        scout = db.get(Scout, scout_id) if scout_id is not None else None
        person = scout.profile_id if scout is not None else "mail:x"
        employer = db.get_one(Requisition, house.requisition).employer_id
        seal = lambda value: house.work.vault.seal_for(db, employer, person, value)  # noqa: E731
        reply = Reply(
            employer_id=employer,
            connection_id=house.connection,
            scout_id=scout_id,
            matched="token" if scout_id is not None else "none",
            intent="interested",
            state=state,
            triage_because="condition",
            person=person,
            sealed_text=seal("リモートならぜひ"),
            sealed_full=seal(
                {
                    "from": "x@example.com",
                    "name": "某",
                    "subject": "Re",
                    "text": "リモートならぜひ\n> 引用",
                    "condition": "リモートなら",
                }
            ),
            sealed_words=seal(["ぜひ"]),
            received_at=house.work.clock.now(),
            created_at=house.work.clock.now(),
        )
        db.add(reply)
        db.flush()
        open_task(
            db,
            employer_id=employer,
            connection_id=house.connection,
            kind="contradiction",
            name=f"reply:{reply.key}",
            subject="reply",
            subject_id=reply.key,
            due=house.work.clock.now() + timedelta(days=1),
        )
        return int(reply.key)


def test_a_reply_is_decided_once_with_one_key(house: Any) -> None:
    house.batch(house.commit())
    reply = _reply(house, house.sent())
    client = house.client(house.recruiter)
    text = client.get("/replies").text
    assert "リモートならぜひ" in text and 'data-key="y"' in text and "山田 太郎" in text
    press(client, "/replies", f"/replies/{reply}", intent="interested")
    assert house.one(Entry).state == "owed"
    assert house.one(Promise).due_date.isoformat() == "2026-11-30"
    assert house.one(Reply).decided_by == f"staff:{house.recruiter}"
    assert house.one(Task, col(Task.kind) == "contradiction").state == "done"
    press(client, "/replies/log", f"/replies/{reply}", intent="declined")
    assert house.one(Reply).intent == "interested" and len(house.all(Entry)) == 1


def test_a_reply_of_nobody_known_needs_a_person_for_a_yes(house: Any) -> None:
    house.batch(house.commit())
    scout = house.sent()
    reply = _reply(house, None)
    client = house.client(house.recruiter)
    press(client, "/replies", f"/replies/{reply}", intent="interested")
    assert house.all(Entry) == []
    press(client, "/replies", f"/replies/{reply}", intent="interested", scout=scout)
    assert house.one(Entry).scout_id == scout


def test_do_not_write_again_holds_at_once(house: Any) -> None:
    house.batch(house.commit())
    reply = _reply(house, house.sent())
    press(house.client(house.recruiter), "/replies", f"/replies/{reply}", intent="opt_out")
    assert house.all(Suppression) and house.all(Entry) == []


def test_an_answer_by_telephone_takes_the_same_path(house: Any) -> None:
    house.batch(house.commit())
    scout = house.sent()
    client = house.client(house.recruiter)
    form = {"scout": scout, "medium": "phone", "text": "ぜひ", "intent": "interested"}
    for wrong in (
        {"received_at": "きのう"},
        {"received_at": "2026-12-24T10:00"},
        {"received_at": "2026-11-20T09:00", "scout": ""},
    ):
        assert press(client, "/replies/log", **{**form, **wrong}).status_code == 422
    assert house.all(Reply) == []
    assert press(client, "/replies/log", **form, received_at="2026-11-19T18:00").status_code == 303
    assert house.one(Promise).day_zero.isoformat() == "2026-11-19"


# Promises and entries.


def test_a_manager_sees_their_promises_and_may_not_record(house: Any, said_yes: Entry) -> None:
    promise = house.one(Promise)
    manager = house.client(house.manager)
    assert "山田 太郎" in manager.get("/promises").text  # R12: named after the yes
    assert manager.get(f"/promises/{promise.key}").status_code == 200
    assert press(manager, "/promises", f"/promises/{promise.key}/waive", because="x").status_code == 403


def test_wanting_to_apply_is_recorded_once_the_person_is_in_the_ats(house: Any, said_yes: Entry) -> None:
    client, page = house.client(house.recruiter), f"/entries/{said_yes.key}"
    press(client, page, f"{page}/intent")
    assert house.one(Entry).intent_at is None
    with house.work.writing() as db:
        entry = db.get_one(Entry, said_yes.key)
        entry.state = "entered"
        db.add(entry)
    press(client, page, f"{page}/intent")
    assert house.one(Entry).intent_at is not None


def test_a_date_moves_later_only_as_the_candidate_chose(house: Any, said_yes: Entry) -> None:
    promise = house.one(Promise)
    client, page = house.client(house.recruiter), f"/promises/{promise.key}"
    form = {"to": "2026-12-10", "because": "出張のため"}
    press(client, page, f"{page}/later", **form, offered="2026-12-05T10:00")
    press(client, page, f"{page}/later", **form, offered="")
    press(client, page, f"{page}/later", to="soon", because="x", offered="2026-11-25T10:00")
    assert house.one(Promise).due_date == promise.due_date
    press(client, page, f"{page}/later", **form, offered="2026-11-25T10:00")
    moved = house.one(Promise)
    assert moved.due_date.isoformat() == "2026-12-10" and moved.moved_because == "candidate_chose"
    assert "出張のため" in client.get(page).get_data(as_text=True)


def test_successor_and_waiver_are_recorded(house: Any, said_yes: Entry) -> None:
    promise = house.one(Promise)
    client, page = house.client(house.recruiter), f"/promises/{promise.key}"
    press(client, page, f"{page}/successor", staff=house.bystander)
    assert house.one(Promise).successor_id == house.bystander
    press(client, page, f"{page}/waive", because="")
    assert house.one(Promise).state == "owed"
    press(client, page, f"{page}/waive", because="他社に決めたとのこと")
    assert house.one(Promise).state == "waived"


def test_an_apology_is_sent_by_a_person_and_once(house: Any, said_yes: Entry, clock: Any) -> None:
    clock.move(timedelta(days=14))
    with house.work.writing() as db:
        promise = db.get_one(Promise, house.one(Promise).key)
        ledger.break_promise(db, promise)
    page = f"/promises/{promise.key}"
    client = house.client(house.recruiter)
    assert "お詫びの下書き" in client.get(page).text
    assert house.all(Mail, col(Mail.kind) == "apology") == []
    press(client, page, f"{page}/cause", cause="manager")
    press(client, page, f"{page}/apology", subject="お詫び", text="申し訳ございません。")
    press(client, page, f"{page}/apology", subject="お詫び", text="もう一度")
    assert len(house.all(Mail, col(Mail.kind) == "apology")) == 1
    assert house.one(Promise).cause == "manager"


def test_a_possible_duplicate_is_settled_by_a_person(house: Any, said_yes: Entry) -> None:
    with house.work.writing() as db:
        entry = db.get_one(Entry, said_yes.key)
        entry.state, entry.because = "deciding", "possible_duplicate"
        db.add(entry)
        open_task(
            db,
            employer_id=entry.employer_id,
            connection_id=entry.connection_id,
            kind="possible_duplicate",
            name="1",
            subject="entry",
            subject_id=entry.key,
            facts={"candidates": [["4711", "phone"]], "words": ""},
        )
    client, page = house.client(house.recruiter), f"/entries/{said_yes.key}"
    assert "4711" in client.get(page).text and "電話番号が同じ" in client.get(page).text
    press(client, page, f"{page}/close", because="")
    assert house.one(Entry).state == "deciding"
    press(client, page, f"{page}/enter", candidate_id="4711")
    assert (house.one(Entry).state, house.one(Entry).ats_candidate_id) == ("owed", "4711")


# Tasks and work set aside.


def test_a_task_is_marked_done_by_hand_where_only_a_person_knows(house: Any) -> None:
    with house.work.writing() as db:
        employer = db.get_one(Requisition, house.requisition).employer_id
        for kind in ("question", "promise_soon"):
            open_task(
                db,
                employer_id=employer,
                connection_id=house.connection,
                kind=kind,
                name="1",
                requisition_id=house.requisition,
                due=house.work.clock.now() - timedelta(hours=1),
            )
    client = house.client(house.recruiter)
    text = client.get("/tasks").text
    assert "候補者からの質問" in text and "期限超過" in text
    question, promise = house.all(Task)
    press(client, "/tasks", f"/tasks/{question.key}/done")
    assert press(client, "/tasks", f"/tasks/{promise.key}/done").status_code == 409
    assert [task.state for task in house.all(Task)] == ["done", "open"]
    assert house.all(Task)[0].done_by == f"staff:{house.recruiter}"


def test_parked_work_shows_the_vendors_words_and_is_tried_again(house: Any) -> None:
    with house.work.writing() as db:
        employer = db.get_one(Requisition, house.requisition).employer_id
        id = owe(db, "post_shortlist", "x", employer_id=employer, connection_id=house.connection)
        job = db.get_one(Job, id)
        job.state, job.error = "parked", "403 <b>missing scope</b> harvest:jobs"
        db.add(job)
    client = house.client(house.recruiter)
    text = client.get("/jobs").text
    assert "&lt;b&gt;missing scope" in text and "候補者リストの掲載" in text
    press(client, "/jobs", f"/jobs/{id}/retry")
    assert house.one(Job, col(Job.id) == id).state == "owed"


def test_the_connection_page_shows_settings_and_no_secret(house: Any) -> None:
    text = house.client(house.recruiter).get("/connection").text
    assert "scout@mihon.example.com" in text
    for secret in ("webhook-secret", "door-secret", "sandbox-secret"):
        assert secret not in text
