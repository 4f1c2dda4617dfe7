"""The link to a candidate's own page: it stands in every letter, needs no login, and ends some time after the last of them.

It is signed and carries ids and a keyed hash, never an address, so that it also works after the person was erased.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from itsdangerous import BadSignature, URLSafeSerializer
from sqlmodel import Session, col, func, select

from plugin.connections import policy_of
from plugin.rows import Connection, Mail, Scout
from plugin.sealing import Vault
from plugin.settings import Settings


class BadLink(Exception):
    """This is no link of ours, or not a whole one."""


class EndedLink(BadLink):
    """This was a link of ours; its time is over."""


@dataclass(frozen=True, slots=True)
class CandidateLink:
    """What a link says: whose letter, and to which address (by keyed hash) it was mailed."""

    scout_id: int
    address_hash: str


def page_url(settings: Settings, vault: Vault, scout: Scout, address: str) -> str:
    """The candidate's page of one scout, for the letters to `address`. The same every time."""
    return f"{settings.public_url}/c/{page_token(vault, scout, address)}"


def page_here(session: Session, vault: Vault, scout: Scout, address: str) -> str:
    """The same, where no settings are at hand: sessions know this installation's address."""
    return f"{session.info['public_url']}/c/{page_token(vault, scout, address)}"


def page_token(vault: Vault, scout: Scout, address: str) -> str:
    return str(_signer(vault).dumps([scout.key, vault.hash_email(scout.employer_id, address)]))


def read_token(vault: Vault, token: str) -> CandidateLink:
    """Read a link without looking anything up. Raises `BadLink`."""
    try:
        scout_id, digest = _signer(vault).loads(token)
    except (BadSignature, ValueError, TypeError):
        raise BadLink("this link is not one of ours, or was cut off on its way") from None
    if not isinstance(scout_id, int) or not isinstance(digest, str):
        raise BadLink("this link is not one of ours, or was cut off on its way")
    return CandidateLink(scout_id, digest)


def follow(session: Session, vault: Vault, token: str, now: datetime) -> tuple[CandidateLink, Scout]:
    """The scout a link leads to. Changes nothing. Raises `BadLink`, `EndedLink` when its time is over."""
    link = read_token(vault, token)
    scout = session.get(Scout, link.scout_id)
    if scout is None:
        raise BadLink("the letter this link stood in is not here any more")
    if now > ends_at(session, scout):
        raise EndedLink("this link has ended")
    return link, scout


def ends_at(session: Session, scout: Scout) -> datetime:
    """When the link stops working: `Policy.candidate_page_days` after the last letter that left because of this scout."""
    days = policy_of(session.get_one(Connection, scout.connection_id)).candidate_page_days
    last = session.exec(select(func.max(Mail.accepted_at)).where(col(Mail.scout_id) == scout.key)).one()
    return max(each for each in (last, scout.sent_at, scout.created_at) if each is not None) + timedelta(days=days)


def _signer(vault: Vault) -> URLSafeSerializer:
    return URLSafeSerializer(vault.signing_key, salt="kakuyaku candidate")
