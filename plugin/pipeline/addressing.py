"""How an answer to a candidate begins and ends: their name, ours, and who signs; by voice and language."""

from __future__ import annotations

from sqlmodel import Session

from plugin.connections import policy_of
from plugin.i18n import phrases
from plugin.identity import Identity, as_written
from plugin.policy import Policy
from plugin.rows import Connection, Requisition, Scout
from plugin.scouting.disclosure import view_of
from plugin.scouting.legal import LetterRefused
from plugin.scouting.voices import AGENCY, IN_HOUSE, OPERATOR, sending_party


def salutation(identity: Identity, language: str) -> str:
    """山田様; Dear Taro Yamada: a surname alone is no way to address somebody in English."""
    if language == "ja":
        return f"{as_written(identity.family_name)}様"
    return f"Dear {as_written(identity.romaji or identity.name)},"


def known_as(session: Session, connection: Connection, requisition: Requisition, scout: Scout, language: str) -> str:
    """Whose name the candidate knows us by: an agency's own, else the employer as their letter may name it.

    An answer to somebody who wrote to us is never held up by a missing name: the legal sender stands in for it.
    """
    policy = policy_of(connection)
    stand_in = policy.legal.sender or connection.name
    if scout.voice == AGENCY:
        return stand_in
    try:
        return view_of(session, requisition, scout).company(language)
    except LetterRefused:
        return stand_in


def opening(policy: Policy, voice: str, language: str, company: str) -> str:
    """Who is writing, as the first line of an answer says it."""
    _ = phrases(language)
    if voice == AGENCY:
        return _("This is %(agency)s, the recruitment agency.", agency=company)
    if voice == OPERATOR:
        return _(
            "This is %(operator)s, looking after recruiting on behalf of %(company)s.",
            operator=sending_party(policy, voice),
            company=company,
        )
    return _("This is the recruiting team at %(company)s.", company=company)


def signature(policy: Policy, connection: Connection, language: str, voice: str = IN_HOUSE, company: str = "") -> str:
    """Who signs: the employer in-house; an agency or an operator themselves, so that no client is named by it."""
    own = policy.company_ja if language == "ja" else policy.company_en
    legal = policy.legal
    first = (company or own or connection.name) if voice == IN_HOUSE else sending_party(policy, voice)
    lines = [first, *([legal.sender] if voice == IN_HOUSE else []), legal.postal_address, legal.contact]
    return "\n".join(dict.fromkeys(line for line in lines if line))
