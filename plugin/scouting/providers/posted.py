"""The words of this package: what a provider posted, what comes of it, and how each wants to be answered."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from urllib.parse import parse_qsl

from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder

from connectors.base import BadSignature

MOST_PARTS = 200
"""Parts of a form; a mail with more attachments than that comes as raw MIME or not at all."""


class NoMail(Exception):
    """The request is the provider's, but holds no mail we can take. One sentence; posting it again changes nothing."""


@dataclass(frozen=True, slots=True)
class Posted:
    """One request as it came. Header names are lower case; `now` is our clock."""

    headers: Mapping[str, str]
    body: bytes
    now: datetime


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail: its bytes, the envelope's recipients, and the provider's own key of this delivery ("" where it has none)."""

    raw: bytes
    recipients: tuple[str, ...] = ()
    event_key: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """Not a mail: the provider asks us to visit an address of its own, once, to say that we want its mails."""

    url: str


Fetch = Callable[[str], bytes]
"""Fetch a small file over https; raises `ATSError`."""


@dataclass(frozen=True, slots=True)
class Provider:
    """How one provider is understood and answered.

    `read(posted, secrets, fetch)` raises `BadSignature` or `NoMail`. `forged` and `useless` are the HTTP statuses for
    those two: a forged request, or one under a secret that was changed, is worth another try after it is mended;
    what holds no mail is not. `wants`: the secret in a person's words; `made_here`: whether we make it up. `suffix`: what
    our address ends in for this provider.
    """

    name: str
    read: Callable[[Posted, Sequence[str], Fetch], Arrived | Visit]
    forged: int
    useless: int
    wants: str
    made_here: bool = False
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One field of a form, its bytes untouched. `filename` "" where it is no file."""

    name: str
    content: bytes
    filename: str = ""
    type: str = ""

    @property
    def text(self) -> str:
        return self.content.decode("utf-8", "replace")


def read_form(posted: Posted) -> dict[str, Part]:
    """The fields of a form by name, the first of each; bytes as they came, because mails come in every charset.

    Raises `NoMail` for what is no form.
    """
    kind, parameters = _content_type(posted.headers.get("content-type", ""))
    if kind == "application/x-www-form-urlencoded":
        pairs = parse_qsl(posted.body, keep_blank_values=True, max_num_fields=MOST_PARTS * 5)
        found: dict[str, Part] = {}
        for name, value in pairs:
            found.setdefault(name.decode("utf-8", "replace"), Part(name.decode("utf-8", "replace"), value))
        return found
    if kind != "multipart/form-data" or not parameters.get("boundary"):
        raise NoMail("the request is no form")
    try:
        return _multipart(posted.body, parameters["boundary"].encode("latin-1"))
    except (ValueError, RequestEntityTooLarge):
        raise NoMail("the form can't be read") from None


def _multipart(body: bytes, boundary: bytes) -> dict[str, Part]:
    decoder = MultipartDecoder(boundary, max_parts=MOST_PARTS)
    decoder.receive_data(body)
    decoder.receive_data(None)
    found: dict[str, Part] = {}
    head: Field | File | None = None
    content: list[bytes] = []
    while True:
        event = decoder.next_event()
        if isinstance(event, Field | File):
            head, content = event, []
        elif isinstance(event, Data) and head is not None:
            content.append(event.data)
            if not event.more_data:
                filename = (head.filename or "") if isinstance(head, File) else ""
                part = Part(head.name, b"".join(content), filename, _type(head.headers))
                found.setdefault(head.name, part)
        elif isinstance(event, Epilogue):
            return found


def _type(headers: Headers) -> str:
    return headers.get("content-type", "")


def _content_type(value: str) -> tuple[str, dict[str, str]]:
    message = Message()
    message["Content-Type"] = value
    parameters = {name.lower(): str(given) for name, given in (message.get_params(failobj=[]) or [])[1:]}
    return message.get_content_type(), parameters


def decoded(text: str) -> bytes:
    """Bytes out of base64. Raises `BadSignature` for what is none: only signatures and contents come this way."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise BadSignature("the signature is not base64") from None
