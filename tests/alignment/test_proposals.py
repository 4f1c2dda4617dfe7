"""A language model beside a calibration: asked once a text, verified, counted; silent, it is not missed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from pydantic import SecretStr
from sqlmodel import select

from plugin.alignment import acts, guidance, preview, proposals
from plugin.alignment.proposals import language_model
from plugin.alignment.summaries import fit_summaries
from plugin.people import delete_profiles
from plugin.rows import Calibration, GuidanceNote, Proposal, RequirementRow, ShortlistEntry
from plugin.settings import WrongSetting
from ranking.proposals import Silent

TEXT = "【職種】バックエンドエンジニア\n■必須条件\n・Goでの開発経験 5年以上\n■給与\n年収 700万円〜1,000万円\n■その他\nTerraformにもなじみがあるとうれしいです。"


class Endpoint:
    """An OpenAI-compatible endpoint on loopback that answers as it is told and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.answer: Callable[[str], str] = lambda prompt: '{"items": []}'
        self.status, self.wait = 200, 0.0
        self.body: bytes | None = None
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.asked.append({"path": self.path, **body})
                endpoint.keys.append(self.headers["Authorization"])
                time.sleep(endpoint.wait)
                said = endpoint.answer(body["messages"][0]["content"])
                raw = endpoint.body
                if raw is None:
                    raw = json.dumps({"choices": [{"message": {"role": "assistant", "content": said}}]}).encode()
                try:
                    self.send_response(endpoint.status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(raw)))
                    self.end_headers()
                    self.wfile.write(raw)
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the asker has gone, as it should after its time-out

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/v1"

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    running = Endpoint()
    yield running
    running.close()


@pytest.fixture
def asking(house: Any, endpoint: Endpoint) -> Any:
    """The house with the model switched on."""
    house.work.settings = house.work.settings.model_copy(
        update={
            "model_url": endpoint.url,
            "model_name": "small",
            "model_key": SecretStr("s3cret"),
            "model_timeout_seconds": 0.3,
        }
    )
    house.ats.describe(TEXT)
    return house


def terraform(prompt: str) -> str:
    return json.dumps({"items": [{"field": "nice", "quote": "Terraform"}, {"field": "must", "quote": "Kubernetes"}]})


def stored(house: Any) -> list[Proposal]:
    with house.reading() as session:
        return list(session.exec(select(Proposal)))


def required(house: Any) -> dict[str, Any]:
    with house.reading() as session:
        calibration = house.calibration(session)
        assert calibration.state == "done"
        return dict(session.get_one(RequirementRow, calibration.requirement_id).parsed)


def calibrations(house: Any) -> int:
    with house.reading() as session:
        return len(session.exec(select(Calibration)).all())


def test_off_by_default(house: Any) -> None:
    assert language_model(house.work.settings) is None
    house.ring()
    assert stored(house) == [] and required(house)["proposed_by"] == ""


def test_what_verifies_joins_the_calibration_and_is_asked_for_once(asking: Any, endpoint: Endpoint) -> None:
    endpoint.answer = terraform
    asking.ring()
    parsed = required(asking)
    assert parsed["proposed_by"] == "small"
    assert [one["value"]["concept"] for one in parsed["nice"] if one["inferred"]] == ["terraform"]
    (row,) = stored(asking)
    assert (row.task, row.outcome, row.taken, row.left_out) == ("requirement", "answered", 1, 1)
    assert endpoint.asked[0]["model"] == "small" and endpoint.asked[0]["path"] == "/v1/chat/completions"
    assert endpoint.keys == ["Bearer s3cret"]
    for _ in range(3):
        asking.ring()
    assert calibrations(asking) == 1 and len(endpoint.asked) == 1


def test_the_hash_is_that_of_the_text_so_a_model_makes_nothing_stale(asking: Any, endpoint: Endpoint) -> None:
    endpoint.answer = terraform
    asking.ring()
    with asking.reading() as session:
        calibration = asking.calibration(session)
        row = session.get_one(RequirementRow, calibration.requirement_id)
        assert row.hash == calibration.requirement_hash
    asking.ats.describe(TEXT.replace("■その他", "■ その他 "))  # layout alone
    asking.ring()
    endpoint.answer = lambda prompt: '{"items": []}'
    asking.work.settings = asking.work.settings.model_copy(update={"model_name": "another"})
    asking.ring()
    assert calibrations(asking) == 1


def test_run_again_by_a_person_the_kept_answer_serves(asking: Any, endpoint: Endpoint) -> None:
    endpoint.answer = terraform
    asking.ring()
    endpoint.status = 500
    with asking.work.writing() as session:
        acts.ask_again(session, asking.connection, asking.requisition(session), "staff:1")
    asking.settle()
    assert calibrations(asking) == 2
    assert required(asking)["proposed_by"] == "small" and len(endpoint.asked) == 1


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        ({"wait": 0.6}, "timeout"),
        ({"status": 500}, "refused"),
        ({"status": 401}, "refused"),
        ({"body": b"<html>"}, "nonsense"),
        ({"body": b'{"choices": []}'}, "nonsense"),
        ({"body": b'{"choices": [{"message": {"content": null}}]}'}, "nonsense"),
        ({"answer": lambda prompt: "As a language model I would rather talk."}, "nonsense"),
    ],
)
def test_silence_and_nonsense_are_counted_and_nobody_waits_for_them(
    asking: Any, endpoint: Endpoint, change: dict[str, Any], outcome: str
) -> None:
    for name, value in change.items():
        setattr(endpoint, name, value)
    asking.ring()
    assert required(asking)["proposed_by"] == ""
    assert [row.outcome for row in stored(asking)] == [outcome]
    with asking.reading() as session:
        assert proposals.counted(session) == {("requirement", outcome): 1}


def test_nobody_there_is_unreachable(asking: Any, endpoint: Endpoint) -> None:
    asking.work.settings = asking.work.settings.model_copy(update={"model_url": "http://127.0.0.1:9"})
    ask = language_model(asking.work.settings)
    assert ask is not None
    with pytest.raises(Silent, match="unreachable"):
        ask("anybody?")
    assert endpoint.asked == []


def test_a_silence_is_broken_after_an_hour(asking: Any, endpoint: Endpoint) -> None:
    endpoint.status = 500
    asking.ring()
    endpoint.status, endpoint.answer = 200, terraform

    def again() -> str:
        with asking.work.writing() as session:
            acts.ask_again(session, asking.connection, asking.requisition(session), "staff:1")
        asking.settle()
        return str(required(asking)["proposed_by"])

    assert again() == "" and len(endpoint.asked) == 1
    asking.clock.move(proposals.AGAIN)
    assert again() == "small" and len(endpoint.asked) == 2
    assert [row.outcome for row in stored(asking)] == ["answered"]


@pytest.mark.parametrize(("locale", "said"), [("en", "proposed by small"), ("ja", "smallによる提案")])
def test_the_managers_words_are_echoed_with_who_read_them_so(
    asking: Any, endpoint: Endpoint, locale: str, said: str
) -> None:
    asking.ring()
    endpoint.answer = lambda prompt: json.dumps(
        {"items": [{"polarity": "prefer", "quote": "画面まわりも触れる", "means": "React"}]}
    )
    with asking.work.writing() as session:
        requisition = asking.requisition(session)
        guidance.write(session, requisition, "画面まわりも触れる方", author="staff:1", source="page")
    asking.ring()
    with asking.reading() as session:
        calibration = asking.calibration(session)
        note = session.get_one(GuidanceNote, calibration.guidance_id)
        points = guidance.echo(guidance.understood(note), locale)
    assert any(said in point.how and point.quote == "画面まわりも触れる" for point in points)
    assert {row.task for row in stored(asking)} == {"requirement", "guidance"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model_name": ""}, "KAKUYAKU_MODEL_NAME is empty"),
        ({"model_url": "http://model.example.com/v1"}, "must start with https://"),
    ],
)
def test_settings_that_do_not_fit_say_what_to_do(asking: Any, change: dict[str, str], said: str) -> None:
    with pytest.raises(WrongSetting, match=said):
        language_model(asking.work.settings.model_copy(update=change))


def test_a_text_tried_out_keeps_what_the_model_pointed_at_while_its_words_are_there(
    asking: Any, endpoint: Endpoint
) -> None:
    endpoint.answer = terraform
    asking.ring()

    def tried(text: str) -> list[str]:
        with asking.work.writing() as session:
            token = preview.ask(
                session, asking.work.vault, asking.requisition(session), text=text, guidance="", by="staff:1"
            )
        asking.settle()
        with asking.reading() as session:
            found = preview.answer(session, asking.work.vault, token, employer_id=asking.employer.key, locale="en")
        assert found.state == "done"
        return [name for name, _label in found.changed_fields]

    with asking.reading() as session:
        text = asking.requisition(session).description
    assert tried(text.replace("1,000万円", "1,200万円")) == ["pay"]
    assert tried(text.replace("Terraformにもなじみがあるとうれしいです。", "")) == ["nice"]
    assert len(endpoint.asked) == 1


# ── summaries ────────────────────────────────────────────────────────────────────────────────────────────────────


def worded(house: Any, locale: str = "en") -> dict[str, str]:
    """The wording shown of each of the shortlist, "" for none."""
    with house.reading() as session:
        found = fit_summaries(session, house.calibration(session), masked=True, vault=house.work.vault)
    shown = {one: summary.sections(locale)[0] for one, summary in found.items()}
    return {one: section.text if section.key == "prose" else "" for one, section in shown.items()}


def plainly(prompt: str) -> str:
    """Words summaries out of their own facts, and answers nothing else."""
    if "You word a short summary" not in prompt:
        return '{"items": []}'
    return json.dumps(
        {
            "ja": "Goについての記載がプロフィールで確認できました。",
            "en": "Go was found in the profile, as the facts say.",
        }
    )


def switch_on(house: Any) -> None:
    house.work.settings = house.work.settings.model_copy(update={"model_summaries": True})


def test_summaries_are_not_sent_unless_switched_on(asking: Any, endpoint: Endpoint) -> None:
    endpoint.answer = plainly
    asking.ring()
    assert set(worded(asking).values()) == {""}
    assert not any("You word" in asked["messages"][0]["content"] for asked in endpoint.asked)


@pytest.mark.parametrize(("locale", "said"), [("en", "(worded by small)"), ("ja", "（smallによる文案）")])
def test_a_wording_that_verifies_stands_before_the_facts_masked_and_goes_with_the_person(
    asking: Any, endpoint: Endpoint, locale: str, said: str
) -> None:
    endpoint.answer = plainly
    switch_on(asking)
    asking.ring()
    texts = worded(asking, locale)
    assert len(texts) == 20 and all(said in text for text in texts.values())
    sent = [asked["messages"][0]["content"] for asked in endpoint.asked]
    assert not any("架空第" in one or "Fictional" in one or "@example.com" in one for one in sent)
    gone = next(iter(texts))
    with asking.work.writing() as session:
        delete_profiles(session, asking.work.vault, asking.employer.key, [gone])
    assert worded(asking, locale)[gone] == ""
    with asking.reading() as session:
        entry = session.exec(select(ShortlistEntry).where(ShortlistEntry.profile_id == gone)).one()
        assert entry.sealed_prose is None


def test_a_wording_that_adds_something_is_counted_and_not_shown(asking: Any, endpoint: Endpoint) -> None:
    endpoint.answer = lambda prompt: json.dumps(
        {
            "ja": "Goのほか、Rustの経験が15年あります。とても優秀な方です。",
            "en": "Beside Go, 15 years of Rust. Excellent.",
        }
    )
    switch_on(asking)
    asking.ring()
    assert set(worded(asking).values()) == {""}
    with asking.reading() as session:
        counted = proposals.counted(session)
    assert set(counted) == {("requirement", "nonsense"), ("summary", "unverified")}
