"""Amazon SES through SNS: JSON signed with RSA, by a certificate whose address stands in the message.

docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html: signature version 2 (SHA-256) only, the
certificate from SNS's own hosts alone, messages of our topic alone. SES's receipt rule must use the SNS action with the
mail's content (at most 150 KB; larger ones need another way in). Written from the documentation, not from live calls.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from threading import Lock
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pydantic import BaseModel, Field, ValidationError

from connectors.base import BadSignature
from plugin.scouting.providers.posted import Arrived, Fetch, NoMail, Posted, Provider, Visit, decoded

_HOST = re.compile(r"sns\.[a-z0-9-]{3,40}\.amazonaws\.com(\.cn)?")
_NOTIFIED = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMED = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
MOST_CERTIFICATES = 16


class _Sns(BaseModel):
    """SNS's envelope."""

    Type: str
    MessageId: str
    TopicArn: str
    Message: str
    Timestamp: str
    SignatureVersion: str
    Signature: str
    SigningCertURL: str
    Subject: str | None = None
    Token: str | None = None
    SubscribeURL: str | None = None


class _Action(BaseModel):
    encoding: str = "UTF8"


class _Receipt(BaseModel):
    recipients: tuple[str, ...] = ()
    action: _Action = _Action()


class _Notification(BaseModel):
    """SES's own message inside it."""

    kind: str = Field("", alias="notificationType")
    content: str = ""
    receipt: _Receipt = _Receipt()


class _Certificates:
    """Certificates by address, kept for as long as the process lives: SNS names a new one when it changes."""

    def __init__(self) -> None:
        self._known: dict[str, x509.Certificate] = {}
        self._lock = Lock()

    def of(self, url: str, fetch: Fetch) -> x509.Certificate:
        with self._lock:
            found = self._known.get(url)
        if found is None:
            found = x509.load_pem_x509_certificate(fetch(url))
            with self._lock:
                if len(self._known) >= MOST_CERTIFICATES:
                    self._known.clear()
                self._known[url] = found
        return found


_certificates = _Certificates()


def read(
    posted: Posted, secrets: Sequence[str], fetch: Fetch, certificates: _Certificates | None = None
) -> Arrived | Visit:
    """The mail of a message of one of these topics (ARNs); or the address to visit when SNS asks for a confirmation."""
    try:
        sns = _Sns.model_validate_json(posted.body)
    except ValidationError:
        raise BadSignature("the body is no message of SNS") from None
    verify(sns, secrets, posted, partial((certificates or _certificates).of, fetch=fetch))
    if sns.Type == "SubscriptionConfirmation":
        url = sns.SubscribeURL or ""
        if not _is_theirs(url):
            raise NoMail("the address to confirm at is not one of SNS's own")
        return Visit(url)
    if sns.Type != "Notification":
        raise NoMail(f"SNS sent {sns.Type[:40]!r}, which is no mail")
    try:
        found = _Notification.model_validate_json(sns.Message)
    except ValidationError:
        raise NoMail("the message is no notification of SES") from None
    if found.kind != "Received" or not found.content:
        raise NoMail("the notification holds no mail: the receipt rule must use the SNS action, with its content")
    return Arrived(_content(found), found.receipt.recipients, f"sns:{sns.MessageId[:100]}")


def verify(sns: _Sns, topics: Sequence[str], posted: Posted, certificate_of: partial[x509.Certificate]) -> None:
    """Check topic, certificate and signature, in this order: nothing is fetched for a stranger. Raises `BadSignature`.

    A repeated message has the same id and is stored once, so its age is not asked.
    """
    if not any(hmac.compare_digest(topic.encode(), sns.TopicArn.encode()) for topic in topics if topic):
        raise BadSignature("the message is not of this connection's topic")
    if sns.SignatureVersion != "2":
        raise BadSignature("the topic signs with SHA-1; set its attribute SignatureVersion to 2")
    if not _is_theirs(sns.SigningCertURL) or not urlsplit(sns.SigningCertURL).path.endswith(".pem"):
        raise BadSignature("the certificate's address is not one of SNS's own")
    try:
        certificate = certificate_of(sns.SigningCertURL)
    except ValueError:
        raise BadSignature("what lies at the certificate's address is no certificate") from None
    if not certificate.not_valid_before_utc <= posted.now <= certificate.not_valid_after_utc + timedelta(days=1):
        raise BadSignature("the certificate is not valid now; check this machine's clock")
    key = certificate.public_key()
    if not isinstance(key, rsa.RSAPublicKey):
        raise BadSignature("the certificate holds no RSA key")
    try:
        key.verify(decoded(sns.Signature), signed_text(sns), padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise BadSignature("the signature does not fit the message") from None


def signed_text(sns: _Sns) -> bytes:
    """What SNS signs: names and values in turn, a line each, absent ones left out."""
    names = _NOTIFIED if sns.Type == "Notification" else _CONFIRMED
    lines = [f"{name}\n{value}\n" for name in names if (value := getattr(sns, name)) is not None]
    return "".join(lines).encode()


def _is_theirs(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = port in (None, 443) and parts.username is None and parts.password is None
    return parts.scheme == "https" and plain and bool(_HOST.fullmatch(parts.hostname or ""))


def _content(found: _Notification) -> bytes:
    if found.receipt.action.encoding.upper() != "BASE64":
        return found.content.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(found.content)
    except (binascii.Error, ValueError):
        raise NoMail("the mail's content is not the base64 it says it is") from None


PROVIDER = Provider("ses", read, forged=401, useless=200, wants="the ARN of the SNS topic (arn:aws:sns:…)")
