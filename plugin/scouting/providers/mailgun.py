"""Mailgun Routes: a form whose own fields carry the proof, HMAC-SHA256 over timestamp and token.

documentation.mailgun.com, "Receiving messages via HTTP" and "Securing webhooks": 406 means "don't post it again", any
other failure is posted again for eight hours. Written from the documentation, not from live calls.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from connectors.base import BadSignature
from connectors.signing import signed_by_one_of
from plugin.scouting.providers.posted import Arrived, Fetch, NoMail, Part, Posted, Provider, read_form
from plugin.scouting.providers.rebuilding import File, rebuild

OLDEST = 9 * 3600
"""Seconds. The token is stored for good and taken once, so age adds little; Mailgun posts again for eight hours, and
where a repeated post keeps its first timestamp the two minutes others allow would lose the answers of an outage."""
AHEAD = 300


def read(posted: Posted, secrets: Sequence[str], fetch: Fetch) -> Arrived:
    """The mail of a request signed under one of these webhook signing keys."""
    form = read_form(posted)
    token = verify(form, secrets, posted)
    recipients = (form["recipient"].text,) if "recipient" in form else ()
    if "body-mime" in form:  # the route's address ends in /mime
        return Arrived(form["body-mime"].content, recipients, token)
    try:
        headers = [(str(name), str(value)) for name, value in json.loads(form["message-headers"].content)]
    except (KeyError, ValueError, TypeError):
        raise NoMail("the form holds neither the raw mail nor its headers") from None
    files = [
        File(part.filename, part.type, part.content)
        for name, part in form.items()
        if name.startswith("attachment-") and part.filename
    ]
    raw = rebuild(headers, text=_content(form, "body-plain"), html=_content(form, "body-html"), files=files)
    return Arrived(raw, recipients, token)


def verify(form: dict[str, Part], secrets: Sequence[str], posted: Posted) -> str:
    """Check the signature; return the token, which is good once. Raises `BadSignature`."""
    timestamp, token, signature = (
        form[name].text if name in form else "" for name in ("timestamp", "token", "signature")
    )
    if not (timestamp.isascii() and timestamp.isdigit() and token and len(token) <= 200):
        raise BadSignature("the form carries no timestamp, token and signature")
    if not signed_by_one_of(secrets, f"{timestamp}{token}".encode(), signature):
        raise BadSignature("the signature fits none of this connection's Mailgun signing keys")
    age = posted.now.timestamp() - int(timestamp[:15])
    if not -AHEAD <= age <= OLDEST:
        raise BadSignature("the signature's time is too far off; check this machine's clock")
    return f"mailgun:{token}"


def _content(form: dict[str, Part], name: str) -> bytes | None:
    return form[name].content if name in form else None


# Mailgun posts the raw mail to addresses that end in "mime", its parts to all others.
PROVIDER = Provider("mailgun", read, forged=401, useless=406, wants="the HTTP webhook signing key", suffix="/mime")
