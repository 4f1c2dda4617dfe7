"""A mail put together again from the parts a provider gives, where it doesn't give the mail itself.

Texts keep their own charset and bytes; headers keep their words. The same parts make the same bytes, so that a
delivery that comes twice is known again.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.header import Header
from email.utils import formataddr, getaddresses

_OURS = re.compile(r"^(content-|mime-version$)", re.IGNORECASE)
_NAME = re.compile(r"[!-9;-~]+")
_ADDRESSES = frozenset({"from", "to", "cc", "sender", "reply-to", "delivered-to", "return-path"})


@dataclass(frozen=True, slots=True)
class File:
    """An attachment as the provider gives it."""

    name: str
    type: str
    content: bytes


def rebuild(
    headers: Iterable[tuple[str, str]],
    *,
    text: bytes | None = None,
    text_charset: str = "utf-8",
    html: bytes | None = None,
    html_charset: str = "utf-8",
    files: Sequence[File] = (),
) -> bytes:
    """One mail of these parts. What the headers said of the old body's make-up is left out."""
    head = [f"{name}: {_value(name, value)}" for name, value in headers if _keeps(name)]
    bodies = [
        _leaf(f"text/{kind}; charset={_charset(charset)}", content)
        for kind, content, charset in (("plain", text, text_charset), ("html", html, html_charset))
        if content is not None
    ] or [_leaf("text/plain; charset=utf-8", b"")]
    body = bodies[0] if len(bodies) == 1 else _together("alternative", bodies)
    if files:
        body = _together("mixed", [body, *(_file(one) for one in files)])
    return "\r\n".join([*head, "MIME-Version: 1.0", ""]).encode("ascii", "replace") + body


def split_headers(block: str) -> list[tuple[str, str]]:
    """The headers of a raw block, unfolded, in order."""
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", block)
    pairs = (line.partition(":") for line in unfolded.splitlines())
    return [(name.strip(), value.strip()) for name, colon, value in pairs if colon]


def _keeps(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and not _OURS.match(name)


def _value(name: str, value: str) -> str:
    one_line = " ".join(value.split())
    if one_line.isascii():
        return one_line
    if name.lower() in _ADDRESSES:
        # An address stays readable, only the name before it is encoded.
        return ", ".join(
            formataddr((person, address)) for person, address in getaddresses([one_line]) if address.isascii()
        )
    return Header(one_line, "utf-8", maxlinelen=70, header_name=name).encode(linesep="\r\n")


def _charset(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9._:-]{1,40}", name) else "utf-8"


def _leaf(type: str, content: bytes, disposition: str = "") -> bytes:
    lines = [f"Content-Type: {type}", "Content-Transfer-Encoding: base64"]
    if disposition:
        lines.append(f"Content-Disposition: {disposition}")
    return "\r\n".join([*lines, "", ""]).encode("ascii") + base64.encodebytes(content).replace(b"\n", b"\r\n")


def _file(one: File) -> bytes:
    type = one.type.partition(";")[0].strip()
    if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", type, re.ASCII):
        type = "application/octet-stream"
    quoted = Header(" ".join(one.name.split()), "utf-8").encode() if not one.name.isascii() else one.name
    name = re.sub(r'[\r\n"\\]', "_", quoted) or "attachment"
    return _leaf(type, one.content, f'attachment; filename="{name}"')


def _together(kind: str, parts: Sequence[bytes]) -> bytes:
    boundary = "=_" + hashlib.sha256(kind.encode() + b"\0".join(parts)).hexdigest()[:40]
    begin, end = f"--{boundary}\r\n".encode(), f"--{boundary}--\r\n".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode()
    return head + b"".join(begin + part + b"\r\n" for part in parts) + end
