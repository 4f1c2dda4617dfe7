"""Hand a mail to the plugin's inbound mail door, signed as the door asks (`plugin.doors.mail`)."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import time
from collections.abc import Callable
from urllib.parse import urlsplit


def sign(secret: str, body: bytes, at: int) -> str:
    """`t=<unix seconds>,v1=<hex HMAC-SHA256 over "t.body">`."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={mac}"


def relay_to(door: str, secret: str, now: Callable[[], float] = time.time) -> Callable[[str, bytes], None]:
    """A function that posts (recipient, raw MIME) to a `door` on loopback; raises OSError when it was not taken."""
    parts = urlsplit(door)
    if parts.scheme != "http" or parts.hostname not in ("127.0.0.1", "localhost"):
        raise ValueError(f"the local mail server hands mail over on loopback only, not to {door}")

    def hand_over(recipient: str, raw: bytes) -> None:
        headers = {
            "Content-Type": "message/rfc822",
            "X-Kakuyaku-Signature": sign(secret, raw, int(now())),
            "X-Kakuyaku-Recipient": recipient,
        }
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        try:
            connection.request("POST", parts.path, raw, headers)
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise ConnectionError(f"the mail door answered {answer.status}")

    return hand_over
