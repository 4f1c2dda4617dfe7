"""The door to requests: every failure told as an `ATSError` that says whether, when, and what to be afraid of."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from email.utils import formatdate

import pytest
import requests
import responses

from connectors import base
from connectors.base import ATSError
from connectors.http import Session, read_timeout, require_safe, vendor_sentence
from connectors.records import Said

URL = "https://ats.example/v3/things"


@pytest.fixture
def session() -> Iterator[Session]:
    made = Session("Greenhouse", connect_timeout=1, read_timeout=1)
    yield made
    made.close()


def refusal(session: Session, **how: object) -> ATSError:
    with pytest.raises(ATSError) as caught:
        session.send("POST", URL, write=bool(how.get("write", True)), body={})
    return caught.value


@pytest.mark.parametrize("status", [400, 403, 404, 422])
@responses.activate
def test_a_refusal_is_permanent_and_in_the_vendors_words(session: Session, status: int) -> None:
    responses.post(URL, status=status, json={"message": "Invalid query params: candidate_id"})
    problem = refusal(session)
    assert str(problem) == "Greenhouse: Invalid query params: candidate_id"
    assert (problem.status, problem.permanent, problem.unknown) == (status, True, False)


@pytest.mark.parametrize("status", [401, 409, 429])
@responses.activate
def test_what_may_pass_is_not_permanent(session: Session, status: int) -> None:
    responses.post(URL, status=status, json={"message": "later"})
    problem = refusal(session)
    assert (problem.permanent, problem.unknown) == (False, False)


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
@responses.activate
def test_a_failed_answer_leaves_a_write_unknown_but_not_a_read(session: Session, status: int) -> None:
    responses.post(URL, status=status, body="<html>oops</html>")
    assert refusal(session).unknown
    problem = refusal(session, write=False)
    assert (problem.unknown, problem.permanent) == (False, False)
    assert str(problem) == f"Greenhouse: no reason given (HTTP {status})"


@responses.activate
def test_retry_after_is_read_as_seconds_and_as_a_date(session: Session) -> None:
    responses.post(URL, status=429, headers={"Retry-After": "17"}, json={})
    assert refusal(session).retry_after == 17
    responses.replace(responses.POST, URL, status=429, headers={"Retry-After": formatdate(time.time() + 60)}, json={})
    asked = refusal(session).retry_after
    assert asked is not None and 50 < asked <= 60


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "99999999999999"},
        {"X-RateLimit-Limit": "75", "X-RateLimit-Reset": "1795000000000"},  # in milliseconds
        {"Retry-After": "Sat, 01 Jan 2400 00:00:00 GMT"},
    ],
)
@responses.activate
def test_no_word_of_a_vendor_stops_us_for_good(session: Session, headers: dict[str, str]) -> None:
    responses.post(URL, status=429, headers=headers, json={})
    asked = refusal(session).retry_after
    assert asked is not None and asked <= 3600


@pytest.mark.parametrize("word", ["inf", "nan", "soon"])
@responses.activate
def test_a_word_that_is_no_time_is_none(session: Session, word: str) -> None:
    responses.post(URL, status=429, headers={"Retry-After": word}, json={})
    assert refusal(session).retry_after is None


@responses.activate
def test_a_date_is_read_by_the_vendors_clock_not_by_ours(session: Session) -> None:
    theirs = time.time() + 7200
    headers = {"Date": formatdate(theirs, usegmt=True), "X-RateLimit-Limit": "75"}
    responses.post(URL, status=429, headers={**headers, "X-RateLimit-Reset": str(int(theirs) + 20)}, json={})
    asked = refusal(session).retry_after
    assert asked is not None and 15 < asked <= 21


@responses.activate
def test_an_address_a_vendor_repeats_is_not_kept(session: Session) -> None:
    responses.post(URL, status=422, json={"message": "email taro.yamada@example.com is taken"})
    assert str(refusal(session)) == "Greenhouse: email ■ is taken"


@responses.activate
def test_rate_limit_headers_are_kept_and_stand_in_for_retry_after(session: Session) -> None:
    reset = int(time.time()) + 20
    headers = {"X-RateLimit-Limit": "75", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}
    responses.post(URL, status=429, headers=headers, json={"message": "Rate limit exceeded"})
    problem = refusal(session)
    assert (session.limits.limit, session.limits.remaining, session.limits.reset) == (75, 0, reset)
    assert problem.retry_after is not None and 10 < problem.retry_after <= 20


@responses.activate
def test_a_redirect_is_not_followed_with_our_token(session: Session) -> None:
    responses.post(URL, status=302, headers={"Location": "https://elsewhere.example/"})
    problem = refusal(session)
    assert problem.permanent and "redirects" in str(problem)
    assert len(responses.calls) == 1


@responses.activate
def test_a_time_out_after_sending_leaves_a_write_unknown(session: Session) -> None:
    responses.post(URL, body=requests.exceptions.ReadTimeout("read timed out"))
    problem = refusal(session)
    assert problem.unknown and str(problem) == "Greenhouse did not answer within 1 seconds"


@responses.activate
def test_an_answer_that_is_not_json_leaves_a_write_unknown(session: Session) -> None:
    responses.post(URL, status=201, body="<html>")
    assert refusal(session).unknown


def test_no_connection_is_known_not_to_have_been_applied(session: Session) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ATSError) as caught:
        session.send("POST", f"http://127.0.0.1:{port}/", write=True, body={})
    assert (caught.value.unknown, caught.value.permanent, caught.value.status) == (False, False, None)


def test_a_finding_says_in_both_languages_that_nothing_answers_and_looks_at_no_key(session: Session) -> None:
    with pytest.raises(ATSError) as caught:
        session.send("GET", "http://127.0.0.1:9/")
    finding = base.refusal("credentials", caught.value, "compare the key")
    assert finding.detail == "Greenhouse could not be reached: nothing answers there"
    assert isinstance(finding.detail, Said) and finding.detail.ja == "Greenhouse に接続できません：応答がありません"
    assert "api_base" in finding.todo
    assert base.refusal("credentials", ATSError("bad key", status=401), "compare the key").todo == "compare the key"


def test_both_error_shapes_are_read() -> None:
    both = b'{"message":"Validation error","errors":[{"message":"Must be one of: a","field":"type"},{"message":"x"}]}'
    assert vendor_sentence(both) == "Validation error; type: Must be one of: a; x"
    assert vendor_sentence(b'{"errors":[{"message":"only here"}]}') == "only here"
    assert vendor_sentence(b'{"error":"invalid_client","error_description":"No such client"}') == "No such client"
    for useless in (b"", b"[]", b"not json", b'{"message": 5}'):
        assert vendor_sentence(useless) == ""


@pytest.mark.parametrize("url", ["http://ats.example", "ftp://127.0.0.1", "harvest.greenhouse.io", "", "https://"])
def test_addresses_in_the_clear_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="https"):
        require_safe(url)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValueError, match="user name or password") as refusal:
        require_safe("https://us:pa55word@ats.example/v1")
    assert "pa55word" not in str(refusal.value)


@pytest.mark.parametrize("seconds", ["-1", "0", "0.0", "nan", "inf", "soon"])
def test_a_time_out_that_can_not_be_is_refused_before_anything_is_stored(seconds: str) -> None:
    with pytest.raises(ValueError, match="option timeout"):
        read_timeout({"timeout": seconds})


def test_a_time_out_left_out_is_the_usual_one() -> None:
    assert (read_timeout({"timeout": "7.5"}), read_timeout({"timeout": ""}, 128.0)) == (7.5, 128.0)


@pytest.mark.parametrize("url", ["https://ats.example/", "http://127.0.0.1:81", "http://localhost:1", "http://[::1]:1"])
def test_https_and_this_machine_are_taken(url: str) -> None:
    assert require_safe(url) == url.rstrip("/")


@responses.activate
def test_a_file_is_fetched_without_credentials_and_only_so_large(session: Session) -> None:
    responses.get("https://files.example.com/a.pdf", body=b"x" * 2_000_000)
    responses.get("https://files.example.com/gone.pdf", status=404)
    assert len(session.download("https://files.example.com/a.pdf", largest=2_000_000)) == 2_000_000
    assert "Authorization" not in responses.calls[0].request.headers
    with pytest.raises(ATSError, match="larger than 1 MB") as large:
        session.download("https://files.example.com/a.pdf", largest=1_000_000)
    with pytest.raises(ATSError) as gone:
        session.download("https://files.example.com/gone.pdf", largest=1_000_000)
    assert large.value.permanent and gone.value.permanent and gone.value.status == 404
    with pytest.raises(ValueError, match="https"):
        session.download("http://files.example.com/a.pdf", largest=1)
