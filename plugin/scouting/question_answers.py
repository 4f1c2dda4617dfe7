"""What a candidate asked, with the fact that answers it and a draft a colleague may change and send.

A draft says only what the description, the commitment or the person's own row states; where nothing is stated, the
colleague writes. What they write is scanned for promises like every other text of ours (issue: only a commitment
promises).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.events import record
from plugin.i18n import phrases
from plugin.identity import Identity, identity_of
from plugin.pipeline.addressing import known_as, opening, salutation, signature
from plugin.pipeline.owners import done_with
from plugin.pipeline.wording import Letter, format_words, kind_words, letter
from plugin.rows import Commitment, Connection, Profile, Reply, Requisition, Scout
from plugin.scouting.circumstances import requirements_of
from plugin.scouting.disclosure import leaks, unsaid_to, view_of
from plugin.scouting.legal import LetterRefused, origin
from plugin.scouting.post import come_back, post
from plugin.scouting.scan import promises_in
from plugin.scouting.stated import Fact, facts_about
from plugin.scouting.suppression import is_suppressed
from plugin.sealing import Erased, Vault


class CannotAnswer(ValueError):
    """This answer can't be sent. The message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer as it would read. `answer` is what the facts state of it, "" where a colleague has to write it."""

    letter: Letter
    answer: str
    facts: tuple[Fact, ...]


def draft_answer(session: Session, vault: Vault, reply: Reply, scout: Scout, locale: str) -> Draft:
    """Draft the answer to a question in the candidate's language; facts in the colleague's. Raises `CannotAnswer`."""
    identity = _person(session, vault, scout)
    connection = session.get_one(Connection, reply.connection_id)
    requisition = session.get_one(Requisition, scout.requisition_id)
    language = _language(scout)
    policy = policy_of(connection)
    requirement = requirements_of(session, scout)[-1]
    answer = _answer(session, vault, connection, reply, scout, language)
    company = known_as(session, connection, requisition, scout, language)
    written = letter(
        "question",
        language,
        salutation=salutation(identity, language),
        opening=opening(policy, scout.voice, language, company),
        role=requisition.title,
        answer=answer,
        signature=signature(policy, connection, language, scout.voice, company),
    )
    return Draft(written, answer, tuple(facts_about(requirement, (reply.topic,), locale)))


def send_answer(session: Session, vault: Vault, reply: Reply, text: Letter, *, by: str) -> int | None:
    """Send the answer a colleague has read and changed as they saw fit, and close the question; once a reply.

    Raises `CannotAnswer` for an unanswered draft, words that sound like a promise or name an employer too early,
    somebody erased or who said stop.
    Does not commit.
    """
    scout = session.get(Scout, reply.scout_id) if reply.scout_id is not None else None
    if scout is None:
        raise CannotAnswer("nobody knows who asked; decide whose reply it is first")
    identity = _person(session, vault, scout)
    connection = session.get_one(Connection, reply.connection_id)
    sender = policy_of(connection).from_address
    if is_suppressed(session, vault, employer_id=reply.employer_id, address=identity.email, sender=sender):
        raise CannotAnswer("this person asked not to be written to")
    draft = draft_answer(session, vault, reply, scout, scout.language)
    if not text.text.strip() or (not draft.answer and _same(text.text, draft.letter.text)):
        raise CannotAnswer("write the answer first; the facts do not state it")
    # What the rows state is not typed: only the rest may not sound like a promise.
    typed = text.text.replace(draft.answer, " ") if draft.answer else text.text
    found = promises_in(f"{text.subject}\n{typed}")
    if found:
        raise CannotAnswer("the text sounds like a promise; only the hiring manager's commitment promises anything")
    if leaks({"subject": text.subject, "text": text.text}, unsaid_to(session, connection, scout.profile_id)):
        raise CannotAnswer("the text names an employer this person may not be told of yet; take the name out")
    mail_id = post(
        session,
        vault,
        connection=connection,
        kind="candidate_answer",
        name=f"answer:{reply.key}",
        to=identity.email,
        to_name=identity.name,
        subject=text.subject.strip() or draft.letter.subject,
        text=text.text,
        language=_language(scout),
        person=scout.profile_id,
        reply_to=come_back(sender, scout.reply_token),
        automatic=False,  # a person has read it and sends it
    )
    done_with(session, reply.employer_id, "question", "reply", reply.key, by=by)
    if mail_id is not None:
        record(session, reply.employer_id, "reply", reply.key, "answered", actor=by, mail=mail_id, topic=reply.topic)
    return mail_id


def _answer(session: Session, vault: Vault, connection: Connection, reply: Reply, scout: Scout, language: str) -> str:
    """The sentence that answers, from rows alone; "" where none states it."""
    _ = phrases(language)
    policy = policy_of(connection)
    # Whoever's letter promised nothing hears nothing of a meeting that is planned.
    promised = scout.arm == "committed" and scout.commitment_id is not None
    commitment = session.get(Commitment, scout.commitment_id) if promised else None
    topic = reply.topic
    if topic in ("pay", "remote"):
        [fact] = facts_about(requirements_of(session, scout)[-1], (topic,), language)
        if not fact.value:
            return ""
        said = {
            "pay": _("The annual salary stated for this position is %(value)s.", value=fact.value),
            "remote": _("The way of working stated for this position: %(value)s.", value=fact.value),
        }
        return said[topic]
    if topic == "employer_name":
        view = view_of(session, session.get_one(Requisition, scout.requisition_id), scout)
        if not view.named:
            return _("We will tell you the name of the company once you agree to be introduced to it. Until then our client has asked us not to name it.")  # fmt: skip
        try:
            return _("The position is with %(company)s.", company=view.company(language))
        except LetterRefused:
            return ""
    if commitment is not None and topic == "document_screening":
        kind = kind_words(commitment, language)
        if commitment.screening == "none":
            return _("No documents are screened before the %(kind)s.", kind=kind)
        return _(
            "Before the %(kind)s we ask for a career summary, to prepare for it only; it is not screened.", kind=kind
        )
    if commitment is not None and topic == "by_phone":
        return _("The %(kind)s is planned as follows: %(format)s.", kind=kind_words(commitment, language), format=format_words(commitment, language))  # fmt: skip
    if topic == "source_of_address":
        profile = _profile(session, scout)
        if profile is None:
            return ""
        try:
            said_origin = origin(profile.contact_basis, profile.basis_at, policy.zone, language)
        except LetterRefused:
            return ""
        return _("Where we have your address from: %(origin)s", origin=said_origin)
    return ""


def _person(session: Session, vault: Vault, scout: Scout) -> Identity:
    profile = _profile(session, scout)
    try:
        identity = identity_of(session, vault, profile) if profile is not None else None
    except Erased:
        identity = None
    if identity is None or not identity.email:
        raise CannotAnswer("this person's data has been erased; nobody can be written to")
    return identity


def _profile(session: Session, scout: Scout) -> Profile | None:
    return session.exec(
        select(Profile).where(
            col(Profile.employer_id) == scout.employer_id, col(Profile.profile_id) == scout.profile_id
        )
    ).first()


def _language(scout: Scout) -> str:
    return scout.language if scout.language in ("ja", "en") else "ja"


def _same(one: str, other: str) -> bool:
    return "".join(one.split()) == "".join(other.split())
