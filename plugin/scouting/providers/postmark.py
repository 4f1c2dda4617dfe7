"""Postmark inbound: JSON, not signed; a user and password in the webhook's own address stand for a signature.

postmarkapp.com/developer/webhooks/inbound-webhook: 403 ends the attempts, other failures are posted again ten times.
Written from the documentation, not from live calls.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.base import BadSignature
from plugin.scouting.providers.posted import Arrived, Fetch, NoMail, Posted, Provider
from plugin.scouting.providers.rebuilding import File, rebuild


class _Header(BaseModel):
    name: str = Field(alias="Name")
    value: str = Field("", alias="Value")


class _Attachment(BaseModel):
    name: str = Field("", alias="Name")
    content: str = Field("", alias="Content")
    type: str = Field("", alias="ContentType")


class _Inbound(BaseModel):
    """Postmark's inbound message, as far as we use it. `raw` comes where "Include raw email content" is ticked."""

    model_config = ConfigDict(populate_by_name=True)

    message_id: str = Field("", alias="MessageID")
    raw: str = Field("", alias="RawEmail")
    recipient: str = Field("", alias="OriginalRecipient")
    sender: str = Field("", alias="From")
    sender_name: str = Field("", alias="FromName")
    to: str = Field("", alias="To")
    cc: str = Field("", alias="Cc")
    reply_to: str = Field("", alias="ReplyTo")
    subject: str = Field("", alias="Subject")
    date: str = Field("", alias="Date")
    text: str = Field("", alias="TextBody")
    html: str = Field("", alias="HtmlBody")
    headers: tuple[_Header, ...] = Field((), alias="Headers")
    attachments: tuple[_Attachment, ...] = Field((), alias="Attachments")


def read(posted: Posted, secrets: Sequence[str], fetch: Fetch) -> Arrived:
    """The mail of a request that came with one of these `user:password`."""
    verify(posted, secrets)
    try:
        mail = _Inbound.model_validate_json(posted.body)
    except ValidationError:
        raise NoMail("the body is no inbound message of Postmark's") from None
    recipients = (mail.recipient,) if mail.recipient else ()
    event_key = f"postmark:{mail.message_id[:100]}" if mail.message_id else ""
    if mail.raw:
        # JSON carries text: bytes beyond UTF-8 were replaced before they were posted, everything else is as it came.
        return Arrived(mail.raw.encode("utf-8", "surrogatepass"), recipients, event_key)
    if not mail.sender:
        raise NoMail("the message names no sender")
    return Arrived(_rebuilt(mail), recipients, event_key)


def verify(posted: Posted, secrets: Sequence[str]) -> None:
    """Compare the basic authorisation, in constant time. Raises `BadSignature`."""
    scheme, _, given = posted.headers.get("authorization", "").partition(" ")
    try:
        offered = base64.b64decode(given.strip(), validate=True) if scheme.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        offered = b""
    matched = False
    for secret in secrets:
        matched |= hmac.compare_digest(secret.encode(), offered) and bool(secret)
    if not matched:
        raise BadSignature("user and password in the webhook's address are not this connection's; copy it anew")


def _rebuilt(mail: _Inbound) -> bytes:
    headers = [(one.name, one.value) for one in mail.headers]
    there = {name.lower() for name, _ in headers}
    for name, value in (
        ("From", f'"{_quotable(mail.sender_name)}" <{mail.sender}>' if mail.sender_name else mail.sender),
        ("To", mail.to),
        ("Cc", mail.cc),
        ("Reply-To", mail.reply_to),
        ("Subject", mail.subject),
        ("Date", mail.date),
    ):
        if value and name.lower() not in there:
            headers.append((name, value))
    return rebuild(
        headers,
        text=mail.text.encode("utf-8", "replace") if mail.text else None,
        html=mail.html.encode("utf-8", "replace") if mail.html else None,
        files=[File(one.name, one.type, _content(one.content)) for one in mail.attachments],
    )


def _quotable(name: str) -> str:
    return name.replace("\\", " ").replace('"', " ")


def _content(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""  # an attachment nobody can read is still named; the mail must not be lost for it


PROVIDER = Provider(
    "postmark", read, forged=401, useless=403, wants="user and password in the webhook's address", made_here=True
)
