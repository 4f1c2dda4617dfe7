"""SendGrid Inbound Parse: a form, signed with ECDSA where a security policy is attached to the parse webhook.

twilio.com/docs/sendgrid/for-developers/parsing-email/securing-your-parse-webhooks: P-256 and SHA-256 over timestamp and
raw body. Written from the documentation, not from live calls.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pydantic import BaseModel, ValidationError

from connectors.base import BadSignature
from plugin.scouting.providers.posted import Arrived, Fetch, NoMail, Part, Posted, Provider, decoded, read_form
from plugin.scouting.providers.rebuilding import File, rebuild, split_headers

_SIGNATURE, _TIMESTAMP = "x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"


class _Envelope(BaseModel):
    to: tuple[str, ...] = ()


def read(posted: Posted, secrets: Sequence[str], fetch: Fetch) -> Arrived:
    """The mail of a request signed under one of these public keys (base64, as SendGrid shows them).

    A request repeated later is the same mail, which is stored once; so its age is not asked: SendGrid posts for days
    what we could not take.
    """
    verify(posted, secrets)
    form = read_form(posted)
    recipients = _recipients(form)
    if "email" in form:  # "POST the raw, full MIME message" is ticked
        return Arrived(form["email"].content, recipients)
    if "headers" not in form:
        raise NoMail("the form holds neither the raw mail nor its headers")
    charsets = _charsets(form)
    files = [
        File(part.filename, part.type, part.content)
        for name, part in form.items()
        if name.startswith("attachment") and part.filename
    ]
    raw = rebuild(
        split_headers(form["headers"].text),
        text=form["text"].content if "text" in form else None,
        text_charset=charsets.get("text", "utf-8"),
        html=form["html"].content if "html" in form else None,
        html_charset=charsets.get("html", "utf-8"),
        files=files,
    )
    return Arrived(raw, recipients)


def verify(posted: Posted, secrets: Sequence[str]) -> None:
    """Check the signature over timestamp and raw body. Raises `BadSignature`."""
    signature = decoded(posted.headers.get(_SIGNATURE, ""))
    signed = posted.headers.get(_TIMESTAMP, "").encode() + posted.body
    if not signature:
        raise BadSignature("the request is not signed; attach a security policy with signature to the parse webhook")
    for secret in secrets:
        try:
            key = load_der_public_key(decoded(secret))
            if isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
                return
        except (InvalidSignature, ValueError):
            continue
    raise BadSignature("the signature fits none of this connection's SendGrid keys")


def _recipients(form: dict[str, Part]) -> tuple[str, ...]:
    try:
        return _Envelope.model_validate_json(form["envelope"].content).to
    except (KeyError, ValidationError):
        return ()  # the mail's own headers must do


def _charsets(form: dict[str, Part]) -> dict[str, str]:
    try:
        said = json.loads(form["charsets"].content)
    except (KeyError, ValueError):
        return {}
    return {str(name): str(value) for name, value in said.items()} if isinstance(said, dict) else {}


# Statuses: 401 and 503 are tried again by SendGrid; what holds no mail is answered 200 so that it ends there (UNVERIFIED).
PROVIDER = Provider(
    "sendgrid", read, forged=401, useless=200, wants="the verification key of the parse webhook's security policy"
)
