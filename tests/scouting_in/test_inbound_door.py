"""The doors of mail providers: verified as each signs, stored once, read like every other mail."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import responses
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from plugin.connections import add_secret
from plugin.doors import inbound
from plugin.rows import Delivery, Job
from plugin.scouting.mime import parse
from plugin.scouting.post import message_id_of
from plugin.scouting.providers import PROVIDERS, secret_name
from plugin.work.deliveries import open_delivery

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

FIXTURES = Path(__file__).parents[1] / "fixtures" / "inbound"
TOPIC = "arn:aws:sns:ap-northeast-1:123456789012:kakuyaku-replies"
CERTIFICATE = "https://sns.ap-northeast-1.amazonaws.com/SimpleNotificationService-0000.pem"
MAILS = sorted(f"{path.parent.name}/{path.stem}" for path in FIXTURES.glob("*/*.http") if path.stem != "confirmation")
RAW = [name for name in MAILS if name.split("/")[1] in ("raw", "mime", "notification")]


@dataclass
class Keys:
    """What the providers sign with."""

    sendgrid: ec.EllipticCurvePrivateKey
    ses: rsa.RSAPrivateKey
    mailgun: str = "mailgun-signing-key"
    postmark: str = "kakuyaku:secret"

    def stored(self, provider: str) -> str:
        """The secret as an administrator enters it."""
        if provider == "sendgrid":
            shown = self.sendgrid.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            return base64.b64encode(shown).decode()
        return {"mailgun": self.mailgun, "postmark": self.postmark, "ses": TOPIC}[provider]


@pytest.fixture(scope="module")
def keys() -> Keys:
    return Keys(ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(public_exponent=65537, key_size=2048))


@pytest.fixture
def client(world: Any, keys: Keys) -> FlaskClient:
    app = Flask("test")
    app.extensions["work"] = world.work
    app.register_blueprint(inbound.blueprint)
    with world.work.writing() as session:
        for provider in PROVIDERS:
            add_secret(session, world.work.vault, world.connection, secret_name(provider), keys.stored(provider))
    return app.test_client()


@pytest.fixture
def sns(keys: Keys, world: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[responses.RequestsMock]:
    """SNS's own host: its certificate, made here, and the address to confirm at."""
    from plugin.scouting.providers import ses

    monkeypatch.setattr(ses, "_certificates", ses._Certificates())
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        mocked.get(CERTIFICATE, body=certificate(keys.ses, world.clock.now()))
        mocked.get(re.compile(r"https://sns\.ap-northeast-1\.amazonaws\.com/\?.*"), body="<Confirmed/>")
        yield mocked


def certificate(key: rsa.RSAPrivateKey, now: Any, *, valid: timedelta = timedelta(days=30)) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + valid)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


@dataclass
class Request:
    """One request of a fixture, filled in and signed."""

    provider: str
    headers: dict[str, str]
    body: bytes

    def post(self, client: FlaskClient) -> TestResponse:
        return client.post(f"/inbound/{self.provider}/first", data=self.body, headers=self.headers)


@pytest.fixture
def request_of(world: Any, keys: Keys) -> Callable[..., Request]:
    scout = world.scout()

    def make(name: str, *, token: str = "t" * 50, off: int = 0, change: Callable[[bytes], bytes] = bytes) -> Request:
        provider = name.split("/")[0]
        head, _, body = (FIXTURES / f"{name}.http").read_bytes().partition(b"\r\n\r\n")
        timestamp = str(int(world.clock.now().timestamp()) + off)
        for place, value in (
            ("RECIPIENT", world.address(scout)),
            ("MESSAGE_ID", message_id_of(scout.reply_token, world.policy)),
            ("TOKEN", token),
            ("TIMESTAMP", timestamp),
        ):
            head, body = (part.replace(f"@@{place}@@".encode(), value.encode()) for part in (head, body))
        body = change(body)
        signature = sign(keys, provider, body, timestamp, token)
        head, body = (part.replace(b"@@SIGNATURE@@", signature.encode()) for part in (head, body))
        lines = (line.partition(": ") for line in head.decode().split("\r\n")[2:])
        return Request(provider, {name: value for name, _, value in lines}, body)

    return make


def sign(keys: Keys, provider: str, body: bytes, timestamp: str, token: str) -> str:
    if provider == "sendgrid":
        return base64.b64encode(keys.sendgrid.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    if provider == "mailgun":
        return hmac.new(keys.mailgun.encode(), (timestamp + token).encode(), hashlib.sha256).hexdigest()
    if provider == "postmark":
        return "Basic " + base64.b64encode(keys.postmark.encode()).decode()
    data = json.loads(body)
    wanted = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
    if data["Type"] != "Notification":
        wanted = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
    text = "".join(f"{name}\n{data[name]}\n" for name in wanted if name in data)
    return base64.b64encode(keys.ses.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()


@pytest.mark.parametrize("name", MAILS)
def test_a_yes_is_taken_in_whatever_provider_posts_it(
    world: Any, client: FlaskClient, sns: Any, request_of: Any, name: str
) -> None:
    posted = request_of(name)
    assert posted.post(client).status_code == 200
    [delivery] = world.rows(Delivery)
    headers, raw = open_delivery(world.work.vault, delivery)
    mail = parse(raw)
    assert (mail.from_address, mail.from_name) == ("person1@example.com", "山田 太郎")
    assert "ぜひ一度お話を伺えれば" in mail.text
    assert mail.subject == "Re: バックエンドエンジニアのご案内"
    assert headers["x-kakuyaku-recipient"].startswith("scout+") or "+" in headers["x-kakuyaku-recipient"]
    world.read_all()
    assert len(world.entries()) == 1, "its bytes are a yes like any other"


@pytest.mark.parametrize("name", [name for name in MAILS if "parsed" in name])
def test_attachments_survive_being_put_together_again(
    world: Any, client: FlaskClient, request_of: Any, name: str
) -> None:
    request_of(name).post(client)
    [delivery] = world.rows(Delivery)
    [attached] = parse(open_delivery(world.work.vault, delivery)[1]).attachments
    assert (attached.name, attached.kind) == ("resume.pdf" if "mailgun" in name else "職務経歴書.pdf", "pdf")


@pytest.mark.parametrize("name", MAILS)
def test_what_is_posted_again_is_stored_once(
    world: Any, client: FlaskClient, sns: Any, request_of: Any, name: str
) -> None:
    posted = request_of(name)
    assert [posted.post(client).status_code for _ in range(3)] == [200, 200, 200]
    assert len(world.rows(Delivery)) == len(world.rows(Job, Job.kind == "read_mail")) == 1


def test_a_captured_mailgun_signature_is_good_for_one_mail(world: Any, client: FlaskClient, request_of: Any) -> None:
    request_of("mailgun/mime").post(client)
    # It signs timestamp and token alone: another body under it would verify.
    forged = request_of("mailgun/mime", change=lambda body: body.replace(b"person1", b"person9"))
    assert forged.post(client).status_code == 200
    assert len(world.rows(Delivery)) == 1


@pytest.mark.parametrize("off", [-10 * 3600, 3600])
def test_a_mailgun_signature_of_another_day_is_refused(
    world: Any, client: FlaskClient, request_of: Any, off: int
) -> None:
    assert request_of("mailgun/mime", off=off).post(client).status_code == 401
    assert not world.rows(Delivery)


@pytest.mark.parametrize("name", MAILS)
def test_nothing_of_a_forged_request_is_stored(
    world: Any, client: FlaskClient, sns: Any, request_of: Any, name: str
) -> None:
    posted = request_of(name)
    provider = posted.provider
    if provider == "mailgun":
        posted.body = re.sub(rb'("signature"\r\n\r\n)[0-9a-f]', rb"\g<1>g", posted.body)
    elif provider == "postmark":
        posted.headers["Authorization"] = "Basic " + base64.b64encode(b"kakuyaku:guess").decode()
    else:
        posted.body = posted.body.replace(b"person1", b"person9")
    answer = posted.post(client)
    assert answer.status_code == PROVIDERS[provider].forged
    assert not world.rows(Delivery)


@pytest.mark.parametrize("header", ["X-Twilio-Email-Event-Webhook-Signature", "Authorization"])
@pytest.mark.parametrize("value", ["", "!!!", "Basic", "Basic !!!", base64.b64encode(b"x").decode()])
def test_signatures_that_are_none_are_refused(
    world: Any, client: FlaskClient, request_of: Any, header: str, value: str
) -> None:
    posted = request_of("sendgrid/raw" if header.startswith("X-") else "postmark/raw")
    posted.headers[header] = value
    assert posted.post(client).status_code == 401


def test_the_address_that_ends_in_mime_is_the_same_door(world: Any, client: FlaskClient, request_of: Any) -> None:
    posted = request_of("mailgun/mime")
    assert client.post("/inbound/mailgun/first/mime", data=posted.body, headers=posted.headers).status_code == 200
    assert posted.post(client).status_code == 200
    assert len(world.rows(Delivery)) == 1


def test_a_provider_that_was_not_set_up_has_no_door(world: Any, keys: Keys, request_of: Any) -> None:
    app = Flask("test")
    app.extensions["work"] = world.work
    app.register_blueprint(inbound.blueprint)
    client = app.test_client()
    for name in MAILS:
        assert request_of(name).post(client).status_code == 404
    assert client.post("/inbound/unheard-of/first").status_code == 404
    assert client.post("/inbound/mailgun/nobody").status_code == 404


def test_both_keys_are_good_while_one_is_changed(
    world: Any, client: FlaskClient, keys: Keys, request_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with world.work.writing() as session:
        add_secret(session, world.work.vault, world.connection, secret_name("mailgun"), "the-next-key")
    assert request_of("mailgun/mime").post(client).status_code == 200
    monkeypatch.setattr(keys, "mailgun", "the-next-key")
    other = request_of("mailgun/mime", token="u" * 50, change=lambda body: body.replace(b"<answer", b"<another"))
    assert other.post(client).status_code == 200
    assert len(world.rows(Delivery)) == 2


# Amazon SNS.


def test_a_subscription_of_our_topic_is_confirmed_at_its_own_host(
    world: Any, client: FlaskClient, sns: responses.RequestsMock, request_of: Any
) -> None:
    assert request_of("ses/confirmation").post(client).status_code == 200
    assert [call.request.url for call in sns.calls if "ConfirmSubscription" in str(call.request.url)]
    assert not world.rows(Delivery)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("TopicArn", "arn:aws:sns:ap-northeast-1:123456789012:another"),
        ("SignatureVersion", "1"),
        ("SigningCertURL", "https://sns.ap-northeast-1.amazonaws.com.example.com/x.pem"),
        ("SigningCertURL", "http://sns.ap-northeast-1.amazonaws.com/x.pem"),
        ("SigningCertURL", "https://user@sns.ap-northeast-1.amazonaws.com/x.pem"),
        ("SigningCertURL", "https://sns.ap-northeast-1.amazonaws.com:8443/x.pem"),
        ("SigningCertURL", "https://sns.ap-northeast-1.amazonaws.com/x.txt"),
        ("SigningCertURL", "https://evil.example.com/sns.ap-northeast-1.amazonaws.com/x.pem"),
    ],
)
def test_a_stranger_s_message_is_refused_and_nothing_is_fetched_for_it(
    world: Any, client: FlaskClient, sns: responses.RequestsMock, request_of: Any, field: str, value: str
) -> None:
    changed = request_of(
        "ses/notification", change=lambda body: json.dumps({**json.loads(body), field: value}).encode()
    )
    assert changed.post(client).status_code == 401
    assert not sns.calls
    assert not world.rows(Delivery)


def test_a_confirmation_that_leads_elsewhere_is_not_visited(
    world: Any, client: FlaskClient, sns: responses.RequestsMock, request_of: Any
) -> None:
    elsewhere = "https://sns.evil.example.com/?Action=ConfirmSubscription"
    asked = request_of(
        "ses/confirmation", change=lambda body: json.dumps({**json.loads(body), "SubscribeURL": elsewhere}).encode()
    )
    asked.post(client)
    assert [call.request.url for call in sns.calls] == [CERTIFICATE]


def test_an_ended_certificate_signs_nothing(
    world: Any, client: FlaskClient, sns: Any, keys: Keys, request_of: Any
) -> None:
    sns.replace("GET", CERTIFICATE, body=certificate(keys.ses, world.clock.now(), valid=timedelta(days=-3)))
    assert request_of("ses/notification").post(client).status_code == 401


def test_a_certificate_s_host_that_does_not_answer_is_tried_again(
    world: Any, client: FlaskClient, sns: Any, request_of: Any
) -> None:
    sns.replace("GET", CERTIFICATE, status=500)
    assert request_of("ses/notification").post(client).status_code == 503
    assert not world.rows(Delivery)


def test_a_notification_without_the_mail_ends_there(world: Any, client: FlaskClient, sns: Any, request_of: Any) -> None:
    def without(body: bytes) -> bytes:
        data = json.loads(body)
        return json.dumps({**data, "Message": json.dumps({"notificationType": "Bounce"})}).encode()

    answer = request_of("ses/notification", change=without).post(client)
    assert (answer.status_code, world.rows(Delivery)) == (200, [])


def test_content_in_base64_is_read(world: Any, client: FlaskClient, sns: Any, request_of: Any) -> None:
    def encoded(body: bytes) -> bytes:
        data = json.loads(body)
        message = json.loads(data["Message"])
        message["receipt"]["action"]["encoding"] = "BASE64"
        message["content"] = base64.b64encode(message["content"].encode()).decode()
        return json.dumps({**data, "Message": json.dumps(message)}).encode()

    assert request_of("ses/notification", change=encoded).post(client).status_code == 200
    world.read_all()
    assert len(world.entries()) == 1


# What holds no mail.


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("sendgrid/raw", lambda body: body.replace(b'name="email"', b'name="other"')),
        ("mailgun/mime", lambda body: body.replace(b'name="body-mime"', b'name="other"')),
        ("postmark/raw", lambda body: b"not json"),
    ],
)
def test_a_request_without_a_mail_is_answered_so_that_it_ends(
    world: Any, client: FlaskClient, request_of: Any, name: str, change: Callable[[bytes], bytes]
) -> None:
    posted = request_of(name, change=change)
    assert posted.post(client).status_code == PROVIDERS[posted.provider].useless
    assert not world.rows(Delivery)


@pytest.mark.parametrize(
    "body", [b"", b"--xYzZY\r\n", b"--xYzZY\r\nContent-Disposition: form-data\r\n\r\nx", b"\0" * 100]
)
def test_a_form_that_is_none_is_refused_not_an_error(
    world: Any, client: FlaskClient, request_of: Any, body: bytes
) -> None:
    for name in ("sendgrid/raw", "mailgun/mime"):
        assert request_of(name, change=lambda _: body).post(client).status_code in (200, 401, 406)
    assert not world.rows(Delivery)


def test_a_mail_of_many_megabytes_is_taken(world: Any, client: FlaskClient, request_of: Any) -> None:
    big = b"\r\n" + base64.encodebytes(bytes(12_000_000)).replace(b"\n", b"\r\n")
    end = b'\r\n--xYzZY\r\nContent-Disposition: form-data; name="timestamp"'
    posted = request_of("mailgun/mime", change=lambda body: body.replace(end, big + end))
    assert len(posted.body) > 16_000_000
    assert posted.post(client).status_code == 200
