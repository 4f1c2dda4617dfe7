"""The way out: what each answer of a mail server means."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import strategies as st

from plugin.scouting.outbox import Delivered, Outbox, Refused, Unknown, _on_the_wire, read_smtp_url, says_unknown_user
from plugin.settings import Settings, WrongSetting

RAW = b"From: a@example.com\r\nTo: b@example.com\r\nMessage-ID: <one@example.com>\r\n\r\n.dot\r\n..two\r\nend\r\n"


@pytest.fixture
def outbox(settings: Settings, smtp: Any) -> Outbox:
    return Outbox(settings)


def deliver(outbox: Outbox, to: str = "b@example.com") -> Any:
    return outbox.deliver(RAW, "bounce+x@example.com", to)


def test_an_accepted_mail_arrives_as_it_was(outbox: Outbox, smtp: Any) -> None:
    assert isinstance(deliver(outbox), Delivered)
    sender, to, raw = smtp.accepted[0]
    assert (sender, to, raw) == ("bounce+x@example.com", "b@example.com", RAW)


@pytest.mark.parametrize(
    ("plan", "code", "transient", "stage"),
    [
        ("rcpt:550 5.1.1 no such user", 550, False, "recipient"),
        ("rcpt:451 4.7.1 greylisted", 451, True, "recipient"),
        ("data:554 5.7.1 looks like spam", 554, False, "content"),
        ("data:452 4.3.1 disk full", 452, True, "content"),
    ],
)
def test_a_refusal_is_definite(outbox: Outbox, smtp: Any, plan: str, code: int, transient: bool, stage: str) -> None:
    smtp.plan[:] = [plan]
    outcome = deliver(outbox)
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.transient, outcome.stage) == (code, transient, stage)
    assert outcome.answer in plan
    assert smtp.accepted == []
    assert not outcome.ours_to_mend


@pytest.mark.parametrize(
    ("answer", "transient"), [("550 5.7.1 sender not allowed", False), ("451 4.3.0 try again later", True)]
)
def test_a_refused_sender_is_ours_to_mend_unless_it_passes(
    outbox: Outbox, smtp: Any, answer: str, transient: bool
) -> None:
    smtp.plan[:] = [f"mail:{answer}"]
    outcome = deliver(outbox)
    assert isinstance(outcome, Refused)
    assert (outcome.stage, outcome.transient, outcome.ours_to_mend) == ("sender", transient, not transient)
    assert smtp.accepted == []


def test_an_address_the_server_repeats_is_not_kept(outbox: Outbox, smtp: Any) -> None:
    smtp.plan[:] = ["rcpt:550 5.1.1 <b@example.com>: Recipient address rejected"]
    assert deliver(outbox).answer == "5.1.1 <■>: Recipient address rejected"


def test_a_lost_answer_after_the_text_is_unknown(outbox: Outbox, smtp: Any) -> None:
    smtp.plan[:] = ["drop", "drop_lost"]
    assert isinstance(deliver(outbox), Unknown)
    assert isinstance(deliver(outbox), Unknown)
    assert len(smtp.accepted) == 1


def test_no_connection_is_known_not_to_have_left(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, never listening
        closed = settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{taken.getsockname()[1]}"})
        outcome = deliver(Outbox(closed))
    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.transient, outcome.stage) == (0, True, "connection")
    assert Outbox(closed).check()


def test_a_server_that_refuses_the_sender_is_ours_to_mend(settings: Settings) -> None:
    class NotYou:
        async def handle_MAIL(self, *_: Any) -> str:
            return "550 5.7.1 sender not verified"

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(NotYou(), hostname="127.0.0.1", port=port, ready_timeout=10)
    controller.start()
    try:
        outcome = deliver(Outbox(settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{port}"})))
    finally:
        controller.stop()
    assert isinstance(outcome, Refused)
    assert outcome.ours_to_mend


@pytest.mark.parametrize(
    "address", ["太郎@example.com", "a b@example.com", "a>@example.com", "a@example.com\r\nDATA", "nobody"]
)
def test_an_address_that_mail_cant_carry_never_reaches_the_server(outbox: Outbox, smtp: Any, address: str) -> None:
    outcome = deliver(outbox, address)
    assert isinstance(outcome, Refused)
    assert not outcome.transient
    assert smtp.accepted == []


def test_without_a_server_nothing_is_tried(settings: Settings) -> None:
    empty = Outbox(settings.model_copy(update={"smtp_url": ""}))
    assert not empty.configured
    assert "KAKUYAKU_SMTP_URL" in empty.check()
    with pytest.raises(WrongSetting, match="KAKUYAKU_SMTP_URL"):
        deliver(empty)


def test_check_logs_in_and_out(outbox: Outbox) -> None:
    assert outbox.check() == ""


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("smtp://127.0.0.1:2525", ("smtp", "127.0.0.1", 2525, "")),
        ("smtp+starttls://me%40x.example@mail.example.com", ("smtp+starttls", "mail.example.com", 587, "me@x.example")),
        ("smtps://me@mail.example.com:4650", ("smtps", "mail.example.com", 4650, "me")),
        ("smtps://mail.example.com", ("smtps", "mail.example.com", 465, "")),
    ],
)
def test_the_three_forms_of_address(url: str, there: tuple[str, str, int, str]) -> None:
    way = read_smtp_url(url)
    assert (way.scheme, way.host, way.port, way.user) == there


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("smtp://mail.example.com:25", "loopback"),
        ("smtps://me:secret@mail.example.com", "KAKUYAKU_SMTP_PASSWORD"),
        ("smtps://", "no host"),
        ("smtps://mail.example.com:notaport", "must look like"),
        ("imap://mail.example.com", "must look like"),
    ],
)
def test_a_wrong_address_is_refused_in_one_line_that_hides_the_password(url: str, says: str) -> None:
    with pytest.raises(WrongSetting, match=says) as wrong:
        read_smtp_url(url)
    assert "secret" not in str(wrong.value)
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize(
    ("code", "answer", "stage", "gone"),
    [
        (550, "5.1.1 user unknown", "recipient", True),
        (550, "Requested action not taken: mailbox unavailable", "recipient", True),
        (550, "5.7.1 blocked", "recipient", False),
        (550, "blocked for spam", "recipient", False),
        (552, "5.2.2 mailbox full", "recipient", False),
        (554, "5.1.1 strange", "content", False),
    ],
)
def test_which_refusals_mean_that_the_mailbox_is_gone(code: int, answer: str, stage: Any, gone: bool) -> None:
    assert says_unknown_user(Refused(code, answer, False, stage)) is gone


@given(
    st.lists(st.sampled_from([b".", b"..", b"a", b"", b".a", b"a."]), max_size=8),
    st.sampled_from([b"\n", b"\r\n", b"\r"]),
)
def test_text_goes_over_the_wire_whole(lines: list[bytes], end: bytes) -> None:
    wire = _on_the_wire(end.join(lines))
    assert wire.endswith(b"\r\n.\r\n")
    body = wire.removesuffix(b".\r\n")
    assert b"\r\n.\r\n" not in b"\r\n" + body
    back = [line[1:] if line.startswith(b".") else line for line in body.split(b"\r\n")]
    want = lines or [b""]
    assert back[: len(want)] == want
