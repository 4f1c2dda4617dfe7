"""A scout's letter from its rows: what the recruiter previews and what is sent are made by the same function."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.identity import Identity, identity_of
from plugin.policy import Policy
from plugin.rows import (
    Batch,
    Calibration,
    Commitment,
    Connection,
    Profile,
    RequirementRow,
    Requisition,
    Scout,
)
from plugin.scouting import candidate_links, disclosure, handwriting, optout, post
from plugin.scouting.compiler import COMMITTED, FIRST, Letter, Parts, compile_letter
from plugin.scouting.facts import PersonFact, chosen, role_facts
from plugin.scouting.leaks import folded
from plugin.scouting.legal import LetterRefused, legal_block
from plugin.scouting.may_write import addressee
from plugin.scouting.promising import PromiseTerms
from plugin.scouting.voices import AGENCY, reads, speaker
from plugin.sealing import Erased, Vault
from plugin.settings import Settings
from ranking.values import Requirement

TEST_TOKEN = "test-run"  # noqa: S105
SHOWN_TOKEN = "…"  # stands in previews where the person's own refusal link goes  # noqa: S105


@dataclass(frozen=True, slots=True)
class Written:
    """A letter with what the envelope needs."""

    letter: Letter
    to: str
    to_name: str
    reply_to: str
    envelope_from: str
    headers: Mapping[str, str]
    from_name: str
    test_run: bool = False

    def message(self, policy: Policy, message_id: str, session: Session) -> EmailMessage:
        return post.build(
            policy,
            message_id=message_id,
            from_name=self.from_name,
            to=self.to,
            to_name=self.to_name,
            subject=self.letter.subject,
            text=self.letter.text,
            html=self.letter.html,
            now=now_of(session),
            headers=self.headers,
            reply_to=self.reply_to,
        )


def preview(session: Session, vault: Vault, settings: Settings, scout: Scout, *, occasion: str = FIRST) -> Letter:
    """The letter as it will be sent; only the person's own links are left out. Raises `LetterRefused`."""
    profile, person = _person(session, vault, scout)
    links = Links(f"{settings.public_url}/c/{SHOWN_TOKEN}", optout.unsubscribe_url(settings, SHOWN_TOKEN))
    links = NO_LINKS if settings.pull_only else links
    return _letter(session, vault, scout, profile, person, links, occasion)


def write(session: Session, vault: Vault, settings: Settings, scout: Scout, *, occasion: str = FIRST) -> Written:
    """Write a scout's letter from its rows as they stand in this transaction. Raises `LetterRefused`."""
    profile, person = _person(session, vault, scout)
    connection = session.get_one(Connection, scout.connection_id)
    policy = policy_of(connection)
    if not policy.from_address:
        raise LetterRefused("sender_missing")
    if policy.test_address:
        # Whoever reads a test run answers for nobody: neither its links nor its address lead to the person's row.
        links = Links(f"{settings.public_url}/c/{TEST_TOKEN}", optout.unsubscribe_url(settings, TEST_TOKEN))
    else:
        links = links_of(settings, vault, scout, person.email)
    letter = _letter(session, vault, scout, profile, person, links, occasion)
    token = TEST_TOKEN if policy.test_address else scout.reply_token
    reply_to = post.come_back(policy.from_address, token)
    headers = unsubscribe_headers(links, reply_to)
    name = person.name if scout.language == "ja" else addressee(person, "en")
    requisition = session.get_one(Requisition, scout.requisition_id)
    written = Written(
        letter,
        to=policy.test_address or person.email,
        to_name=name,
        reply_to=reply_to,
        envelope_from=post.come_back(post.bounce_box(policy), token),
        headers=headers,
        from_name=from_name_of(session, scout),
        test_run=bool(policy.test_address),
    )
    disclosure.refuse_leaks(_envelope(written, policy), disclosure.view_of(session, requisition, scout).secrets)
    return written


def from_name_of(session: Session, scout: Scout) -> str:
    """Whose name stands in a letter's From: the connection's where it can be read in its language, else the sender's."""
    policy = policy_of(session.get_one(Connection, scout.connection_id))
    if reads(policy.from_name, scout.language):
        return policy.from_name
    company = company_of(session, session.get_one(Requisition, scout.requisition_id), scout, scout.language)
    return speaker(policy, scout.voice, scout.language, company).sender


def _envelope(written: Written, policy: Policy) -> dict[str, str]:
    """Where else than in its words a letter could name somebody."""
    return {
        "html": written.letter.html,
        "from_name": written.from_name,
        "from_domain": policy.from_address.rpartition("@")[2],
        "reply_domain": f"{written.reply_to.rpartition('@')[2]} {written.envelope_from.rpartition('@')[2]}",
        # Our own host in the links and the Message-ID's domain, which is the sender's.
        "header": " ".join(written.headers.values()),
    }


def parts_of(session: Session, vault: Vault, settings: Settings, scout: Scout, *, reach: str) -> Parts:
    """What a scout's letter is made of in its first language, its own links included. Raises `LetterRefused`.

    For letters that don't leave by mail; `reach` stands for the person where they have no mail address.
    """
    profile, person = _person(session, vault, scout)
    links = links_of(settings, vault, scout, reach)
    return _parts(session, vault, scout, profile, person, links, FIRST, scout.language)


def unsubscribe_headers(links: Links, reply_to: str) -> dict[str, str]:
    """How mail programs refuse. RFC 8058: one POST to the first address, with no page in between, or a mail.

    Never Auto-Submitted: a person wrote.
    """
    by_reply = f"<mailto:{reply_to}?subject=unsubscribe>"
    if not links.refuse:
        return {"List-Unsubscribe": by_reply}
    return {
        "List-Unsubscribe": f"<{links.refuse}>, {by_reply}",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


@dataclass(frozen=True, slots=True)
class Links:
    """The person's own links of one letter: their page (None: nobody outside reaches it), and the page to refuse."""

    page: str | None
    refuse: str


NO_LINKS = Links(None, "")
"""Where nobody outside reaches us, letters are answered and refused by answering them."""


def links_of(settings: Settings, vault: Vault, scout: Scout, reach: str) -> Links:
    """The links of the letters to one address (or to whatever stands for the person, `media.reach_of`)."""
    if settings.pull_only:
        return NO_LINKS
    refuse = optout.unsubscribe_url(settings, optout.unsubscribe_token(vault, scout, reach))
    return Links(candidate_links.page_url(settings, vault, scout, reach), refuse)


def _person(session: Session, vault: Vault, scout: Scout) -> tuple[Profile, Identity]:
    profile = session.exec(
        select(Profile).where(
            col(Profile.employer_id) == scout.employer_id, col(Profile.profile_id) == scout.profile_id
        )
    ).first()
    if profile is None:
        raise LetterRefused("nothing_to_say")
    try:
        return profile, identity_of(session, vault, profile)
    except Erased:
        raise LetterRefused("nothing_to_say") from None


def _letter(
    session: Session, vault: Vault, scout: Scout, profile: Profile, person: Identity, links: Links, occasion: str
) -> Letter:
    first, *others = [
        _parts(session, vault, scout, profile, person, links, occasion, language) for language in languages_of(scout)
    ]
    return compile_letter(first, others[0] if others else None)


def languages_of(scout: Scout) -> tuple[str, ...]:
    """The languages a scout's letter is written in, the person's own first."""
    return (scout.language, scout.second_language) if scout.second_language else (scout.language,)


def _parts(
    session: Session,
    vault: Vault,
    scout: Scout,
    profile: Profile,
    person: Identity,
    links: Links,
    occasion: str,
    language: str,
) -> Parts:
    connection = session.get_one(Connection, scout.connection_id)
    requisition = session.get_one(Requisition, scout.requisition_id)
    calibration = session.get_one(Calibration, scout.calibration_id)
    requirement = session.get_one(RequirementRow, calibration.requirement_id)
    commitment = session.get(Commitment, scout.commitment_id) if scout.commitment_id is not None else None
    batch = session.get_one(Batch, scout.batch_id)
    policy = policy_of(connection)
    zone = ZoneInfo(policy.zone)
    company = company_of(session, requisition, scout, language)
    read_at = requisition.read_at or calibration.created_at
    return Parts(
        language=language,
        arm=scout.arm,
        voice=scout.voice,
        occasion=occasion,
        addressee=addressee(person, language),
        company=company,
        speaker=speaker(policy, scout.voice, language, company),
        facts=_sealed_facts(session, vault, scout),
        role=role_facts(
            Requirement.from_json(requirement.parsed),
            requisition.title,
            read_at.astimezone(zone).date(),
            language,
        ),
        legal=legal_block(
            policy.legal,
            basis=profile.contact_basis,
            basis_at=profile.basis_at,
            zone=policy.zone,
            language=language,
            refuse_url=links.refuse,
            voice=scout.voice,
            company=company,
        ),
        page=links.page,
        promise=PromiseTerms.of(commitment) if commitment is not None and scout.arm == COMMITTED else None,
        note=note_of(batch, language) if occasion == FIRST else "",
        # Shown before it is sent, a follow-up names today.
        sent_on=(scout.sent_at or now_of(session)).astimezone(zone).date(),
        promise_in_subject=policy.promise_in_subject,
        secrets=disclosure.view_of(session, requisition, scout).secrets,
    )


def set_language(session: Session, scout: Scout, language: str, second: str = "") -> None:
    """Let a recruiter choose the language of a letter that has not been released; `second` for one in both.

    Raises ValueError for a letter on its way, and for what is no language of letters.
    """
    if scout.state != "drafted":
        raise ValueError("this letter has been released; recall it before changing it")
    if language not in ("ja", "en") or second not in ("", "ja", "en") or second == language:
        raise ValueError("a letter is written in ja, en, or both")
    scout.language, scout.second_language = language, second
    session.add(scout)


def company_of(session: Session, requisition: Requisition, scout: Scout, language: str) -> str:
    """The employer as this person's letter may name it. Raises `LetterRefused` where it can't be named or described.

    An agency that names itself as its own client has not been told the client's name.
    """
    company = disclosure.view_of(session, requisition, scout).company(language)
    policy = policy_of(session.get_one(Connection, requisition.connection_id))
    if scout.voice == AGENCY and folded(company) == folded(policy.legal.sender):
        raise LetterRefused("client_unnamed")
    return company


def facts_of(session: Session, vault: Vault, scout: Scout) -> tuple[PersonFact, ...]:
    """What the letter says of the person, each with its span. Empty once the person is erased."""
    facts = _sealed_facts(session, vault, scout)
    said = [fact for language in languages_of(scout) for fact in chosen(facts, language)]
    return tuple(fact for fact in facts if fact in said)


def _sealed_facts(session: Session, vault: Vault, scout: Scout) -> tuple[PersonFact, ...]:
    if scout.sealed_facts is None:
        return ()
    try:
        found = vault.open_for(session, scout.employer_id, scout.profile_id, scout.sealed_facts)
    except Erased:
        return ()
    return tuple(PersonFact.from_json(each) for each in found)


def note_of(batch: Batch, language: str) -> str:
    """The recruiter's own paragraph for letters in one language; "" when there is none."""
    if not batch.note:
        return ""
    notes: dict[str, str] = json.loads(batch.note)
    return notes.get(language, "")


def set_note(session: Session, batch: Batch, text: str, language: str) -> None:
    """Set the recruiter's paragraph of a batch that waits for release.

    Raises `LetterRefused` when it promises, names a date, or calls the meeting something else than the commitment does.
    """
    if batch.state not in ("drafted", "recalled"):
        raise ValueError("this batch has been released; recall it before changing its letters")
    commitment = session.get(Commitment, batch.commitment_id) if batch.commitment_id is not None else None
    handwriting.refuse(text, PromiseTerms.of(commitment) if commitment is not None else None)
    notes: dict[str, str] = json.loads(batch.note) if batch.note else {}
    notes[language] = text.strip()
    batch.note = json.dumps(notes, ensure_ascii=False)
    session.add(batch)
