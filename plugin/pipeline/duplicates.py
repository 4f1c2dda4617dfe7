"""Is this person in the ATS already? By address, then by name, telephone and employer: only the first is certain.

A possible match is never guessed away: a person decides (design §6), and the entry waits with owner and clock.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmodel import col, or_, select

from connectors.base import Connector, Unsupported
from connectors.records import Application, ApplicationStatus, Candidate
from plugin.identity import Identity
from plugin.rows import Lookalike, Profile
from plugin.work.context import Work


@dataclass(frozen=True)
class Match:
    """Somebody in the ATS who may be this person. `why`: address, phone, name, known_id, finished_here."""

    candidate_id: str
    why: str


@dataclass(frozen=True)
class Look:
    """What a look found: the known person ("" for nobody), or doubts for a person to settle."""

    candidate_id: str = ""
    doubts: tuple[Match, ...] = ()


def look(
    work: Work,
    ats: Connector,
    profile: Profile,
    identity: Identity,
    requisition_ats_id: str,
    *,
    connection_id: int | None = None,
) -> Look:
    """Look for a person in the ATS. Reads only; raises what the connector raises.

    What somebody decided about a lookalike before the letter left (`scouting.lookalikes`) is not asked again.
    """
    address = identity.email.strip()  # as it is hashed: blanks around it make nobody else
    by_address = ats.find_candidates(email=address) if address else []
    if by_address:
        standing = {one.id: _here(ats, one.id, requisition_ats_id) for one in by_address}
        active = [id for id, found in standing.items() if any(one.status is ApplicationStatus.ACTIVE for one in found)]
        if active:
            return Look(active[0])
        finished = [Match(id, "finished_here") for id, found in standing.items() if found]
        if finished:
            # Rejected or hired there once: whether a new start is right is no rule's business (R9).
            return Look(doubts=tuple(finished))
        if len(by_address) > 1:
            return Look(doubts=tuple(Match(one.id, "address") for one in by_address))
        return Look(by_address[0].id)
    decided = _decided(work, profile, connection_id)
    doubts = {}
    known = ats.candidate(profile.ats_candidate_id) if profile.ats_candidate_id else None
    if known is not None:
        # The number may be another account's: it names this person only if something else says so too.
        if decided.get(known.id) == "same" or same_person(identity, known):
            return Look(known.id)
        if known.id not in decided:
            doubts[known.id] = Match(known.id, "known_id")
    for match in namesakes_in_ats(work, ats, profile, identity, connection_id=connection_id):
        doubts[match.candidate_id] = match
    return Look(doubts=tuple(doubts.values()))


def namesakes_in_ats(
    work: Work, ats: Connector, profile: Profile, identity: Identity, *, connection_id: int | None = None
) -> list[Match]:
    """Who in the ATS looks like this person without their address; those a person has judged before are left out."""
    decided = _decided(work, profile, connection_id)
    found = {}
    for candidate in _namesakes(work, ats, profile, identity):
        why = same_person(identity, candidate)
        if why and candidate.id not in decided:
            found[candidate.id] = Match(candidate.id, why)
    return list(found.values())


def _decided(work: Work, profile: Profile, connection_id: int | None) -> dict[str, str]:
    """What people said of this person and candidates of this ATS account: same or different, by candidate id."""
    if connection_id is None:
        return {}
    before = f"ats:{connection_id}:"
    with work.reading() as session:
        rows = session.exec(
            select(Lookalike).where(
                col(Lookalike.employer_id) == profile.employer_id,
                col(Lookalike.profile_id) == profile.profile_id,
                col(Lookalike.other).startswith(before),
                col(Lookalike.state) != "open",
            )
        )
        return {row.other.removeprefix(before): row.state for row in rows}


def same_person(identity: Identity, candidate: Candidate) -> str:
    """Why a candidate may be this person ("" when nothing says so).

    The same telephone number is enough. The same name (漢字, かな or romaji, either order) is, unless employers are known
    on both sides and differ: namesakes are common.
    """
    numbers = {_digits(phone) for phone in candidate.phones} - {""}
    if _digits(identity.phone) in numbers:
        return "phone"
    given, family = candidate.first_name, candidate.last_name
    theirs = {_fold(given + family), _fold(family + given)} - {""}
    if not theirs & name_forms(identity):
        return ""
    employers = {_fold(name) for name in (identity.company, *identity.employers)} - {""}
    if employers and candidate.company and _fold(candidate.company) not in employers:
        return ""
    return "name"


def name_forms(identity: Identity) -> set[str]:
    """A person's name as names are compared: 漢字, かな and romaji, in either order."""
    return {form for name in (identity.name, identity.kana, identity.romaji) for form in _orders(name)} - {""}


def _here(ats: Connector, candidate_id: str, requisition_ats_id: str) -> Sequence[Application]:
    return ats.applications(candidate_id=candidate_id, requisition_id=requisition_ats_id)


def _namesakes(work: Work, ats: Connector, profile: Profile, identity: Identity) -> Iterable[Candidate]:
    """People in the ATS worth comparing with: found there by name where the ATS can, and through our own store."""
    found: dict[str, Candidate] = {}
    for name in dict.fromkeys((identity.name, identity.kana, identity.romaji)):
        if name:
            try:
                found |= {one.id: one for one in ats.find_candidates(name=name)}
            except Unsupported:
                break  # this ATS finds by address only; our store knows whom it has seen there
    with work.reading() as session:
        same = [col(Profile.name_hash) == profile.name_hash] if profile.name_hash else []
        same += [col(Profile.phone_hash) == profile.phone_hash] if profile.phone_hash else []
        known = (
            session.exec(
                select(Profile.ats_candidate_id)
                .where(
                    col(Profile.employer_id) == profile.employer_id,
                    col(Profile.profile_id) != profile.profile_id,
                    col(Profile.ats_candidate_id) != "",
                    or_(*same),
                )
                .limit(20)
            ).all()
            if same
            else []
        )
    for id in known:
        candidate = found.get(id) or ats.candidate(id)
        if candidate is not None:
            found[id] = candidate
    return found.values()


def _orders(name: str) -> set[str]:
    parts = name.replace("\u3000", " ").split()
    return {_fold("".join(parts)), _fold("".join(reversed(parts)))}


def _fold(text: str) -> str:
    """Compare as people would: width, case, blanks, and katakana written as hiragana."""
    plain = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in plain).strip(".・")


def _digits(phone: str) -> str:
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
    return "0" + digits[2:] if digits.startswith("81") and len(digits) > 10 else digits
