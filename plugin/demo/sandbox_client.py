"""What people do in the sandbox ATS, done over its own HTTP side door: for the story, the demo's set-up and tests.

The sandbox offers these calls so that a script can act as its recruiter and its manager; the plugin itself never uses
them, it speaks the vendor's protocol.
"""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit


class SandboxRefused(Exception):
    """The sandbox said no; the message is its own."""


def call(base: str, method: str, path: str, body: object | None = None) -> Any:
    """One JSON call; raises `SandboxRefused` for 4xx and 5xx."""
    where = urlsplit(base)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
    try:
        raw = json.dumps(body).encode() if body is not None else None
        connection.request(method, path, raw, {"Content-Type": "application/json"} if raw else {})
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    if answer.status >= 400:
        raise SandboxRefused(f"{method} {path}: {answer.status} {text[:300]}")
    return json.loads(text) if text else None


def point_webhooks(base: str, url: str, secret: str) -> None:
    """Have every webhook the sandbox sends go to `url`; it pings at once. Earlier ones are taken away."""
    call(base, "DELETE", "/sandbox/webhooks")
    call(base, "POST", "/sandbox/webhooks", {"url": url, "secret": secret})
