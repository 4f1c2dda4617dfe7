"""One parser for every mail that comes in, whichever door it took.

It never raises: a mail nobody can parse is still a mail a person must see. Headers and bodies are decoded by
`charsets`, because the standard library refuses what Outlook labels ISO-2022-JP. No header is believed here; what they
mean is said in `headers`, `matching` and `bounces`.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import Message as EmailMessage
from email.utils import getaddresses, parsedate_to_datetime

from plugin.scouting.charsets import decode
from plugin.scouting.file_kinds import kind_of
from plugin.scouting.hypertext import MOST_HTML, to_text

_ENCODED_WORD = re.compile(r"=\?([^?\s]+)\?([bBqQ])\?([^?]*)\?=")
_MESSAGE_ID = re.compile(r"<([^<>\s]+@[^<>\s]+)>|([^<>\s,;]+@[^<>\s,;]+)")
RECIPIENT_HEADERS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-forwarded-to")
MOST_TEXT = 200_000
"""Characters of text that are read; a reply is a page, what is longer than a book is a mistake or an attack."""

MOST_BYTES_OF_TEXT = 1_000_000
MOST_BOUNDARIES = 200
MOST_HEADER = 8_000
MOST_HEADERS = 500


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that came with a mail: its name as sent, the type it claims, its size in bytes.

    `kind` is what its bytes are (`file_kinds.KINDS`); `place` finds it again (`attached_bytes`).
    """

    name: str
    type: str
    size: int
    kind: str = "unknown"
    place: int = 0


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail as read. Addresses are lower case; message ids come without angle brackets.

    `headers` maps a lower-case name to every decoded value of it, top first. `text` is the plain body, or the HTML one
    made plain (`from_html`), `shortened` where it was longer than is read. `parts` are the raw parts for who needs them (`bounces`).
    """

    message_id: str = ""
    from_address: str = ""
    from_name: str = ""
    recipients: tuple[str, ...] = ()
    subject: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    date: datetime | None = None
    text: str = ""
    from_html: bool = False
    attachments: tuple[Attached, ...] = ()
    headers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    content_type: str = "text/plain"
    content_parameters: dict[str, str] = field(default_factory=dict)
    parts: tuple[EmailMessage, ...] = field(default=(), repr=False)
    broken: bool = False
    shortened: bool = False

    def header(self, name: str) -> str:
        """The first value of a header, "" when it is missing."""
        values = self.headers.get(name.lower(), ())
        return values[0] if values else ""


def parse(raw: bytes) -> Incoming:
    """Read a mail. Whatever cannot be read is left empty and `broken` says so; nothing is raised."""
    if raw.count(b"boundary=") > MOST_BOUNDARIES:
        # The standard parser takes quadratic time over parts within parts; nobody's answer has hundreds.
        return Incoming(text=decode(raw[:MOST_TEXT], None), broken=True)
    try:
        return _parse(raw)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError):
        # The standard parser trips over some malformed mails (nested a thousand deep, headers of control characters)
        # with one of these. A yes must not be lost to that: the bytes as text go to a person.
        return Incoming(text=decode(raw[:MOST_TEXT], None), broken=True)


def _parse(raw: bytes) -> Incoming:
    message = message_from_bytes(raw, policy=policy.compat32)
    headers: dict[str, tuple[str, ...]] = {}
    for name, value in message.items()[:MOST_HEADERS]:
        headers[name.lower()] = (*headers.get(name.lower(), ()), decode_header(str(value)))
    senders = _addresses(message, "from") or _addresses(message, "sender")
    name, address = senders[0] if senders else ("", "")
    leaves = tuple(part for part in message.walk() if not part.is_multipart())
    text, from_html, shortened = _body(message)
    return Incoming(
        message_id=next(iter(message_ids(headers.get("message-id", ("",))[0])), ""),
        from_address=address,
        from_name=name,
        recipients=tuple(
            dict.fromkeys(address for header in RECIPIENT_HEADERS for _, address in _addresses(message, header))
        ),
        subject=" ".join(headers.get("subject", ("",))[0].split()),
        in_reply_to=message_ids(" ".join(headers.get("in-reply-to", ()))),
        references=message_ids(" ".join(headers.get("references", ()))),
        date=_date(headers.get("date", ("",))[0]),
        text=text[:MOST_TEXT],
        from_html=from_html,
        attachments=tuple(_attachments(leaves)),
        headers=headers,
        content_type=message.get_content_type(),
        content_parameters={k.lower(): str(v) for k, v in (message.get_params(failobj=[]) or [])[1:]},
        parts=tuple(message.walk()),
        broken=bool(message.defects) and not text,
        shortened=shortened or len(text) > MOST_TEXT,
    )


def decode_header(value: str) -> str:
    """Decode encoded words and raw eight-bit bytes of a header.

    Neighbouring words of one charset are joined as bytes first: some programs cut a character in two.
    """
    value = re.sub(r"\r?\n[ \t]*", " ", value[: 4 * MOST_HEADER])
    out: list[str] = []
    pending, pending_charset, position = b"", "", 0
    for match in _ENCODED_WORD.finditer(value):
        charset = match.group(1).split("*")[0].lower()  # RFC 2231 language suffix
        between = value[position : match.start()]
        data = _encoded_bytes(match.group(2), match.group(3))
        if pending and (between.strip() or charset != pending_charset):
            out.append(decode(pending, pending_charset))
            pending = b""
        if between.strip() or (between and not out and not pending):
            out.append(_raw(between))
        pending, pending_charset, position = pending + data, charset, match.end()
    if pending:
        out.append(decode(pending, pending_charset))
    out.append(_raw(value[position:]))
    return "".join(c for c in "".join(out) if c >= " " or c == "\t").strip()


def message_ids(value: str) -> tuple[str, ...]:
    """The message ids in a References or In-Reply-To header, without angle brackets, in order."""
    return tuple(dict.fromkeys(a or b for a, b in _MESSAGE_ID.findall(value[:MOST_HEADER])))


def _encoded_bytes(kind: str, text: str) -> bytes:
    raw = text.encode("ascii", errors="ignore")
    if kind in "bB":
        try:
            return base64.b64decode(raw + b"=" * (-len(raw) % 4))
        except binascii.Error:
            return raw
    return binascii.a2b_qp(raw, header=True)


def _raw(text: str) -> str:
    """A header piece that was not encoded: its eight-bit bytes came as surrogates."""
    if text.isascii() and "\x1b" not in text:
        return text
    return decode(text.encode("utf-8", errors="surrogateescape"), None)


def _addresses(message: EmailMessage, header: str) -> list[tuple[str, str]]:
    """(name, address) of a header. Names are decoded after the addresses are cut out: an encoded comma is no comma."""
    values = [re.sub(r"\r?\n[ \t]*", " ", str(value)[:MOST_HEADER]) for value in message.get_all(header, [])[:50]]
    found = [(decode_header(name), address.strip().lower()) for name, address in getaddresses(values)]
    good = [(name, address) for name, address in found if "@" in address and " " not in address]
    if good:
        return good
    # Unencoded Japanese names make the strict parser give up; the address in angle brackets is still plain.
    return [("", address.lower()) for value in values for address in re.findall(r"<([^<>@\s]+@[^<>@\s]+)>", value)]


def _date(value: str) -> datetime | None:
    """The sender's own date: shown to people, never used as the receive time."""
    try:
        found = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def part_text(part: EmailMessage) -> str:
    """The decoded text of a text part."""
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    charset = part.get_param("charset")
    label = charset if isinstance(charset, str) else (charset[2] if charset else None)
    return decode(data[:MOST_BYTES_OF_TEXT], label).replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _body(message: EmailMessage) -> tuple[str, bool, bool]:
    """The text people wrote: every inline plain part joined, else HTML made plain. Forwarded mails stay out.

    With it: whether it was HTML, and whether that was longer than is read.
    """
    plain: list[str] = []
    html: list[str] = []
    long = False
    for part in _own_parts(message):
        if part.get_content_disposition() == "attachment" or part.get_filename():
            continue
        kind = part.get_content_type()
        if kind == "text/plain":
            text = part_text(part)
            if str(part.get_param("format", "")).lower() == "flowed":
                text = _unflow(text, delsp=str(part.get_param("delsp", "")).lower() == "yes")
            plain.append(text)
        elif kind == "text/html":
            marked_up = part_text(part)
            long = long or len(marked_up) > MOST_HTML
            html.append(to_text(marked_up))
    written = "\n".join(plain)
    made_plain = "\n".join(html)
    # Some programs put "your program can't show HTML" in the plain part: the HTML says what was written.
    if (made_plain.strip() and len(written.strip()) < 2) or _only_a_notice(written, made_plain):
        return made_plain, True, long
    return written, False, False


def _only_a_notice(plain: str, html: str) -> bool:
    return bool(html.strip()) and len(plain) < 300 and bool(re.search(r"HTML", plain)) and "HTML" not in html


def _own_parts(message: EmailMessage) -> list[EmailMessage]:
    """The leaves of a mail without those inside an attached mail or a delivery report."""
    found: list[EmailMessage] = []
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        if part.get_content_maintype() == "message" and part is not message:
            continue
        payload = part.get_payload()
        if part.is_multipart() and isinstance(payload, list):
            waiting = [p for p in payload if isinstance(p, EmailMessage)] + waiting
        else:
            found.append(part)
    return found


def _unflow(text: str, *, delsp: bool) -> str:
    """Join the soft line breaks of format=flowed (RFC 3676), leaving quoted lines as they are."""
    out: list[str] = []
    joining = False
    for line in text.split("\n"):
        quoted = line.startswith(">")
        body = line[1:] if line.startswith(" ") else line
        if joining and not quoted and out:
            out[-1] += body
        else:
            out.append(body)
        joining = body.endswith(" ") and body != "-- " and not quoted
        if joining and delsp:
            out[-1] = out[-1][:-1]
    return "\n".join(out)


def attached_bytes(mail: Incoming, attached: Attached) -> bytes:
    """The bytes of a file that came with this mail."""
    leaves = [part for part in mail.parts if not part.is_multipart()]
    data = leaves[attached.place].get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _attachments(leaves: tuple[EmailMessage, ...]) -> list[Attached]:
    found = []
    for place, part in enumerate(leaves):
        name = part.get_filename()
        inline_image = part.get_content_maintype() == "image" and part.get("Content-ID")
        if (name or part.get_content_disposition() == "attachment") and not inline_image:
            payload = part.get_payload(decode=True)
            data = payload if isinstance(payload, bytes) else b""
            named = decode_header(name or "")
            found.append(Attached(named, part.get_content_type(), len(data), kind_of(data), place))
    return found
