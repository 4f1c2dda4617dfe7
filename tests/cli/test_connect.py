"""`connect greenhouse`, then `doctor`, scripted against the sandbox."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from connectors.greenhouse.setup import FLOW_LISTS, FLOW_SCOPES, LISTS, WRITE_SCOPES
from plugin.connections import policy_of, secrets_of
from plugin.rows import Connection, Job, Requisition, Secret
from plugin.work.context import Work

Kakuyaku = Callable[..., Any]


def make_requisition(ats: Any, name: str) -> str:
    client = ats.app.test_client()
    made = client.post("/sandbox/requisitions", json={"name": name, "status": "open", "post": "Go 必須"})
    return str(made.get_json()["id"])


def test_an_account_is_connected_and_checked(
    kakuyaku: Kakuyaku, answers: Callable[..., Path], ats: Any, stored: Work, smtp: None
) -> None:
    wanted, left = make_requisition(ats, "Go エンジニア"), make_requisition(ats, "営業")
    ran = kakuyaku("connect", "greenhouse", "--answers", answers(pick=[wanted]))
    assert ran.code == 0, ran.out + ran.err
    with stored.reading() as session:
        connection = session.exec(select(Connection)).one()
        [secret] = secrets_of(session, stored.vault, connection.key, "webhook")
        [picked] = session.exec(select(Requisition)).all()
        [job] = session.exec(select(Job)).all()
        sealed = [row.sealed for row in session.exec(select(Secret))]
    assert f"/webhooks/{connection.url_key}" in ran.out and secret in ran.out and len(secret) >= 32
    assert "job_updated" in ran.out
    assert (connection.attested_by, connection.state) == ("管理 花子", "active")
    assert connection.cut_off is not None
    assert policy_of(connection).legal.postal_address == "東京都千代田区見本町1-2-3"
    assert (picked.ats_id, picked.picked) == (wanted, True) and left in ran.out
    assert (job.kind, job.payload) == ("read_requisition", {"ats_id": wanted})
    assert not any(b"sandbox-secret" in one for one in sealed)
    ran = kakuyaku("doctor")
    assert ran.code == 0 and "FAIL" not in ran.out and "no webhook has come yet" in ran.out
    assert "letters state sender" in ran.out


def test_the_webhook_it_shows_is_taken(
    kakuyaku: Kakuyaku, answers: Callable[..., Path], ats: Any, stored: Work, smtp: None
) -> None:
    import hashlib
    import hmac

    from flask import Flask

    from plugin.doors import webhooks

    kakuyaku("connect", "greenhouse", "--answers", answers(webhook_secret="from-the-vault"))
    with stored.reading() as session:
        connection = session.exec(select(Connection)).one()
    app = Flask("doors")
    app.extensions["work"] = stored
    app.register_blueprint(webhooks.blueprint)
    body = b'{"action": "job_updated", "payload": {"job": {"id": 1}}}'
    signature = "sha256 " + hmac.new(b"from-the-vault", body, hashlib.sha256).hexdigest()
    path = f"/webhooks/{connection.url_key}"
    assert app.test_client().post(path, data=body, headers={"Signature": signature}).status_code == 200
    assert "webhooks come in" in kakuyaku("doctor").out


def test_wrong_credentials_are_named_with_what_to_do(
    kakuyaku: Kakuyaku, answers: Callable[..., Path], stored: Work, smtp: None
) -> None:
    ran = kakuyaku("connect", "greenhouse", "--answers", answers(client_secret="wrong"))
    assert ran.code == 1 and "FAIL" in ran.out and "credentials" in ran.out
    # What was answered is kept: the second run mends it.
    ran = kakuyaku("connect", "greenhouse", "--answers", answers(client_secret="sandbox-secret"))
    assert ran.code == 0, ran.out + ran.err
    with stored.reading() as session:
        connection = session.exec(select(Connection)).one()
        assert secrets_of(session, stored.vault, connection.key, "client_secret") == ["sandbox-secret"]
        assert len(secrets_of(session, stored.vault, connection.key, "webhook")) == 1


def test_a_missing_scope_and_missing_legal_block_fail(
    kakuyaku: Kakuyaku, answers: Callable[..., Path], ats: Any, smtp: None
) -> None:
    assert kakuyaku("connect", "greenhouse", "--answers", answers()).code == 0
    ats.app.test_client().post("/sandbox/settings", json={"missing_scopes": ["harvest:jobs:list"]})
    ran = kakuyaku("doctor")
    assert ran.code == 1 and "harvest:jobs:list" in ran.out
    ats.app.test_client().post("/sandbox/settings", json={"missing_scopes": []})
    ran = kakuyaku("connect", "greenhouse", "--answers", answers(postal_address=""))
    assert ran.code == 1 and "postal address" in ran.out


def test_mail_that_cannot_leave_fails(kakuyaku: Kakuyaku, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAKUYAKU_SMTP_URL", "smtp://127.0.0.1:1")
    ran = kakuyaku("doctor", "--json")
    assert ran.code == 1
    [mail] = [line for line in json.loads(ran.out) if line["where"] == "outgoing mail"]
    assert mail["level"] == "FAIL" and "KAKUYAKU_SMTP_URL" in mail["todo"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"client_id": ""}, "client_id"),
        ({"locale": "fr"}, "locale"),
        ({"pick": "all"}, "pick"),
        ({"pick": ["17"]}, "17"),
        ({"klient_id": "x"}, "klient_id"),
        ({"employer": ["x"]}, "employer"),
        ({"from_address": "Mihon"}, "from_address"),
    ],
)
def test_wrong_answers_are_one_line(
    kakuyaku: Kakuyaku, answers: Callable[..., Path], ats: Any, smtp: None, change: dict[str, Any], word: str
) -> None:
    make_requisition(ats, "Go エンジニア")
    ran = kakuyaku("connect", "greenhouse", "--answers", answers(**change))
    assert ran.code == 2 and word in ran.err and len(ran.err.strip().splitlines()) == 1


def test_at_a_terminal_everything_is_asked_and_enter_keeps_what_is_stored(
    kakuyaku: Kakuyaku, answers: Callable[..., Path], stored: Work, smtp: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kakuyaku("connect", "greenhouse", "--answers", answers()).code == 0
    asked: list[str] = []

    def prompt(question: str, default: str | None = None, **how: object) -> str:
        asked.append(question)
        return "大阪府大阪市見本町9" if "Postal address" in question else default or ""

    monkeypatch.setattr("click.prompt", prompt)
    ran = kakuyaku("connect", "greenhouse", "--name", "greenhouse")
    assert ran.code == 0, ran.out + ran.err
    assert any("Client secret" in question for question in asked) and any("attest" in question for question in asked)
    with stored.reading() as session:
        connection = session.exec(select(Connection)).one()
        assert secrets_of(session, stored.vault, connection.key, "client_secret") == ["sandbox-secret"]
    policy = policy_of(connection)
    assert policy.legal.postal_address == "大阪府大阪市見本町9" and policy.company_en == "Mihon Inc."
    assert connection.attested_by == "管理 花子"


def test_a_reader_of_japanese_is_spoken_to_in_japanese(
    kakuyaku: Kakuyaku, answers: Callable[..., Path], ats: Any, smtp: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_requisition(ats, "Go エンジニア")
    ran = kakuyaku("connect", "greenhouse", "--lang", "ja", "--answers", answers())
    assert ran.code == 0, ran.out + ran.err
    for words in (
        "次のscopeにチェック",
        "次のイベントごとに",
        "記名で表明",
        "管理 花子さんが表明",
        "項目 kakuyaku_line",
    ):
        assert words in ran.out, words
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    told = json.loads(kakuyaku("doctor", "--json").out)
    here = {"greenhouse"} | {line["where"] for line in told if line["where"].startswith("プロフィール")}
    english = [
        line for line in told if line["where"] in here and not any("\u3040" <= c <= "\u9fff" for c in line["what"])
    ]
    assert [line["what"] for line in english] == ["Webhook"]
    assert "送信メール" in {line["where"] for line in told}
    # A missing scope is named with what to do, in the reader's language.
    ats.app.test_client().post("/sandbox/settings", json={"missing_scopes": ["harvest:jobs:list"]})
    ran = kakuyaku("doctor", "--lang", "ja")
    assert ran.code == 1 and "harvest:jobs:list にチェックを入れてください" in ran.out
    assert "credentials" not in kakuyaku("doctor", "--lang", "ja").out


def test_the_scopes_to_tick_are_shown_before_anything_is_asked(
    kakuyaku: Kakuyaku, ats: Any, stored: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prompt(question: str, **how: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("click.prompt", prompt)
    ran = kakuyaku("connect", "greenhouse")
    assert ran.code == 130 and ran.err.split() == ["stopped"]
    assert "harvest:jobs:list" in ran.out and "harvest:applications:create" in ran.out and "API Credentials" in ran.out
    with stored.reading() as session:
        assert session.exec(select(Connection)).all() == []


def test_ids_nobody_has_are_asked_for_again(
    kakuyaku: Kakuyaku,
    answers: Callable[..., Path],
    ats: Any,
    stored: Work,
    smtp: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = make_requisition(ats, "Go エンジニア")
    given = json.loads(answers().read_text("utf-8"))
    by_question = {
        "Client id": given["client_id"],
        "Client secret": given["client_secret"],
        "User id": given["sub"],
        "Employer": "みほん",
    }
    typed = iter(["17", f"{wanted}, 17", wanted])

    def prompt(question: str, default: str | None = None, **how: object) -> str:
        if question.startswith("Ids"):
            return next(typed)
        return next((value for start, value in by_question.items() if question.startswith(start)), default or "")

    monkeypatch.setattr("click.prompt", prompt)
    options = [f"--option={key}={given[key]}" for key in ("api_base", "token_url", "app_base")]
    ran = kakuyaku("connect", "greenhouse", *options)
    assert ran.out.count("There is no open requisition 17") == 2
    with stored.reading() as session:
        assert [one.ats_id for one in session.exec(select(Requisition)).all()] == [wanted]


@pytest.mark.parametrize("page", ["greenhouse.md", "greenhouse.ja.md"])
def test_the_scopes_in_the_docs_are_those_the_program_wants(page: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / page).read_text("utf-8")
    named = set(re.findall(r"`harvest:([a-z_]+:[a-z_]+)`", text))
    assert named == {f"{name}:list" for name in (*LISTS, *FLOW_LISTS)} | {*WRITE_SCOPES, *FLOW_SCOPES}


def test_what_holds_for_past_applicants_and_old_profiles_is_said_in_the_answers(
    kakuyaku: Kakuyaku, answers: Callable[..., Path], ats: Any, stored: Work, smtp: None
) -> None:
    said = {
        "applicants_consent_from": "2024-04-01",
        "applicants_consent_tag": "案内可",
        "profiles_confirm_after_days": 500,
    }
    assert kakuyaku("connect", "greenhouse", "--answers", answers(pick=[], **said)).code == 0
    with stored.reading() as session:
        policy = policy_of(session.exec(select(Connection)).one())
    assert (str(policy.applicants_consent_from), policy.applicants_consent_tag) == ("2024-04-01", "案内可")
    assert (policy.profiles_old_after_days, policy.profiles_confirm_after_days) == (365, 500)
    ran = kakuyaku("connect", "greenhouse", "--answers", answers(applicants_consent_from="spring"))
    assert ran.code == 2 and "applicants_consent_from" in ran.err
