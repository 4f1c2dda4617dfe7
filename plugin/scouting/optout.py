"""Refusing further letters by link: the page shows, its button acts, mail programs act by one POST (RFC 8058).

The link is signed and does not end: a refusal has no closing date. It carries a keyed hash, never an address, so that it
also works after the person was erased.
"""

from __future__ import annotations

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer
from sqlmodel import Session

from plugin.events import record
from plugin.rows import Scout
from plugin.scouting.suppression import silence, suppress
from plugin.sealing import Vault
from plugin.settings import Settings


class BadLink(Exception):
    """This is no link of ours, or not a whole one."""


@dataclass(frozen=True, slots=True)
class OptOut:
    """What a link says: who (by hash), of which employer, because of which letter (0: none), and the letter's language."""

    employer_id: int
    address_hash: str
    scout_id: int
    language: str


def unsubscribe_token(vault: Vault, scout: Scout, address: str) -> str:
    digest = vault.hash_email(scout.employer_id, address)
    return str(_signer(vault).dumps([scout.employer_id, digest, scout.key, scout.language]))


def unsubscribe_url(settings: Settings, token: str) -> str:
    """Where a person refuses: `GET` shows a page with a button, `POST` acts at once."""
    return f"{settings.public_url}/u/{token}"


def look_at(vault: Vault, token: str) -> OptOut:
    """Read a link; changes nothing. Raises `BadLink`."""
    try:
        employer_id, digest, scout_id, language = _signer(vault).loads(token)
    except (BadSignature, ValueError, TypeError):
        raise BadLink("this link is not one of ours, or was cut off on its way") from None
    return OptOut(employer_id, digest, scout_id, language)


def unsubscribe(session: Session, vault: Vault, token: str) -> OptOut:
    """Never write to this person again; what has not left stays. Twice is once. Does not commit. Raises `BadLink`."""
    found = look_at(vault, token)
    new = suppress(session, vault, employer_id=found.employer_id, address_hash=found.address_hash, reason="opt_out")
    scout = session.get(Scout, found.scout_id) if found.scout_id else None
    if scout is not None and scout.employer_id == found.employer_id:
        silence(session, vault, employer_id=scout.employer_id, profile_id=scout.profile_id)
    if new and found.scout_id:
        record(session, found.employer_id, "scout", found.scout_id, "opted_out", actor="candidate", by="link")
    return found


def _signer(vault: Vault) -> URLSafeSerializer:
    return URLSafeSerializer(vault.signing_key, salt="kakuyaku unsubscribe")
