"""DKIM (RFC 6376) where the mail server doesn't sign: the one door to dkimpy. Signs From and the one-click headers, too.

RFC 8058 §4 wants List-Unsubscribe and List-Unsubscribe-Post covered by the signature, or the button is not shown.
"""

from __future__ import annotations

import re
from email import message_from_bytes
from email.utils import parseaddr
from pathlib import Path

import dkim

from plugin.settings import Settings, WrongSetting

_SIGNED = (
    *("from", "to", "subject", "date", "message-id", "reply-to", "in-reply-to", "references"),
    *("mime-version", "content-type", "content-transfer-encoding", "auto-submitted"),
    *("list-unsubscribe", "list-unsubscribe-post"),
)


class Signer:
    """Signs mails with one key, for the domain in their From: publish the key under every domain that sends."""

    def __init__(self, key: bytes, selector: str) -> None:
        self._key, self._selector = key, selector.encode("ascii")

    def sign(self, raw: bytes) -> bytes:
        """The mail with a DKIM-Signature above its other headers; line ends become CRLF, as they are on the wire."""
        raw = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
        headers = message_from_bytes(raw)
        domain = parseaddr(str(headers["From"]))[1].rpartition("@")[2]
        present = [name.encode() for name in _SIGNED if name in headers]
        signature: bytes = dkim.sign(
            raw,
            self._selector,
            domain.encode("idna"),
            self._key,
            canonicalize=(b"relaxed", b"relaxed"),
            # From once more than it stands there: nobody may add a second one.
            include_headers=[*present, b"from"],
        )
        return signature + raw


def signer_of(settings: Settings) -> Signer | None:
    """The signer of the settings, None without a key. Raises `WrongSetting` for a key that can't sign."""
    if not settings.dkim_key_file:
        return None
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?", settings.dkim_selector):
        raise WrongSetting("KAKUYAKU_DKIM_SELECTOR must be a DNS name, like kakuyaku or mail2026")
    try:
        signer = Signer(Path(settings.dkim_key_file).read_bytes(), settings.dkim_selector)
    except OSError as error:
        raise WrongSetting(
            f"KAKUYAKU_DKIM_KEY_FILE: {settings.dkim_key_file} can't be read ({error.strerror})"
        ) from None
    try:
        signer.sign(b"From: a@example.com\r\n\r\nx\r\n")
    except dkim.DKIMException:
        raise WrongSetting(
            f"KAKUYAKU_DKIM_KEY_FILE: {settings.dkim_key_file} holds no RSA private key in PEM;"
            " make one with `openssl genrsa -traditional -out FILE 2048`"
        ) from None
    return signer
