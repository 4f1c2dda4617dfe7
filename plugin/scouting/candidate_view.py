"""What a candidate's page says, from the rows: why they were written to, what was promised, how it stands, what they may do.

Never a score, a line, a rank or a label (R12), and never more of the employer than this person may know yet.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.i18n import phrases
from plugin.identity import Identity, identity_of
from plugin.pipeline.ledger import CAME_BACK, LEFT
from plugin.pipeline.scheduling import Offer, Wishes, choice_of, may_change, offer_for, wishes_of
from plugin.pipeline.wording import counted_words, format_words, interviewer_words, kind_words, selection_words
from plugin.policy import LegalBlock, Policy
from plugin.rows import (
    Commitment,
    Connection,
    DataRequest,
    Employer,
    Entry,
    Mail,
    Profile,
    Promise,
    Reply,
    Requisition,
    Scout,
    SlotChoice,
)
from plugin.scouting.disclosure import WITHHELD, Disclosure, leaks, view_of
from plugin.scouting.legal import LetterRefused, origin
from plugin.scouting.letters import facts_of
from plugin.scouting.post import mail_name
from plugin.scouting.suppression import is_suppressed
from plugin.scouting.voices import IN_HOUSE, sending_party
from plugin.sealing import Erased, Vault

PAGE_INTENTS = {"interested": "yes", "declined": "no", "withdraw": "no", "opt_out": "stop"}


@dataclass(frozen=True, slots=True)
class Why:
    """One thing the letter was written because of, and the person's own words it was read from."""

    label: str
    words: str
    inferred: bool


@dataclass(frozen=True, slots=True)
class Promised:
    """What was promised, in the reader's words.

    `state`: offered (a yes makes it owed), lapsed (the reply deadline has passed), owed, scheduled, kept, broken,
    waived. `apology`: "" , waiting or sent. `due` stands from the yes on.
    """

    state: str
    kind: str
    interviewer: str
    selection: str
    documents: bool  # a career history is asked for, to prepare the talk only
    format: str
    days: int
    until: date
    due: date | None = None
    counted: str = ""
    moved: bool = False
    apology: str = ""


@dataclass(frozen=True, slots=True)
class Facing:
    """Everything one page shows. `answer`: "", yes, no or stop. `place`: where a yes stands now ("" without one)."""

    company: str
    sender: str
    named: bool
    position: str
    written_at: datetime | None
    source: str
    whys: tuple[Why, ...]
    promised: Promised | None
    answer: str
    place: str
    offer: Offer
    choice: SlotChoice | None
    may_change: bool
    wishes: Wishes
    may_consent: bool
    consented: bool
    requests: tuple[DataRequest, ...]
    suspended: bool
    legal: LegalBlock
    zone: str


def left(scout: Scout) -> bool:
    """Whether the letter has left, or may have."""
    return scout.state in LEFT or scout.sent_at is not None or scout.reason in CAME_BACK


def person_of(session: Session, vault: Vault, scout: Scout) -> tuple[Profile, Identity] | None:
    """Who a scout is about; None once they were erased."""
    profile = session.exec(
        select(Profile).where(
            col(Profile.employer_id) == scout.employer_id, col(Profile.profile_id) == scout.profile_id
        )
    ).first()
    if profile is None:
        return None
    try:
        return profile, identity_of(session, vault, profile)
    except Erased:
        return None


def facing(
    session: Session, vault: Vault, scout: Scout, address_hash: str, language: str, now: datetime
) -> Facing | None:
    """The page of one scout in the reader's language; None once the person was erased. Changes nothing."""
    found = person_of(session, vault, scout)
    if found is None:
        return None
    profile, _identity = found
    connection = session.get_one(Connection, scout.connection_id)
    policy = policy_of(connection)
    requisition = session.get_one(Requisition, scout.requisition_id)
    view = view_of(session, requisition, scout)
    company, sender = names(session, policy, view, scout, language)
    entry = session.exec(select(Entry).where(col(Entry.scout_id) == scout.key)).first()
    promise = session.exec(select(Promise).where(col(Promise.scout_id) == scout.key)).first()
    choice = choice_of(session, scout.key)
    suppressed = is_suppressed(
        session, vault, employer_id=scout.employer_id, address_hash=address_hash, sender=policy.from_address
    )
    said_yes = entry is not None and entry.state != "closed"
    return Facing(
        company=company,
        sender=sender,
        named=view.named,
        position="" if leaks({"title": requisition.title}, view.secrets) else requisition.title,
        written_at=scout.sent_at,
        source=_source(profile, policy, language),
        whys=_whys(session, vault, scout, language),
        promised=_unsaid(_promised(session, connection, scout, promise, language, now), view, language),
        answer=_answer(session, scout, entry, suppressed),
        place=entry.state if entry is not None and said_yes else "",
        offer=_offer(session, promise, view, now) if promise is not None and said_yes else Offer([], []),
        choice=choice if choice is not None and choice.starts_at is not None else None,
        may_change=may_change(choice, promise.zone if promise is not None else policy.zone, now),
        wishes=wishes_of(session, vault, scout, choice),
        may_consent=said_yes and view.stage == WITHHELD,
        consented=scout.consented_at is not None,
        requests=tuple(
            session.exec(
                select(DataRequest)
                .where(
                    col(DataRequest.employer_id) == scout.employer_id,
                    col(DataRequest.profile_id) == scout.profile_id,
                    col(DataRequest.state).in_(["confirming", "open"]),
                )
                .order_by(col(DataRequest.id))
            )
        ),
        suspended=profile.suspended_at is not None,
        legal=_legal(policy.legal, view),
        zone=promise.zone if promise is not None else policy.zone,
    )


def names(session: Session, policy: Policy, view: Disclosure, scout: Scout, language: str) -> tuple[str, str]:
    """The employer as this person may know it, and who wrote to them."""
    try:
        company = view.company(language)
    except LetterRefused:
        company = ""  # its description was taken away since the letter left: nothing is said rather than too much
    own = (
        ""
        if view.named is False and session.get_one(Employer, scout.employer_id).mode == IN_HOUSE
        else ((policy.company_ja if language == "ja" else policy.company_en) or policy.legal.sender)
    )
    sender = company if scout.voice == IN_HOUSE else (sending_party(policy, scout.voice) or own)
    return company, sender or own


def _unsaid(promised: Promised | None, view: Disclosure, language: str) -> Promised | None:
    """Whoever they will meet has a title, which may name an employer this person may not know yet."""
    if promised is None or not leaks({"interviewer": promised.interviewer}, view.secrets):
        return promised
    return replace(promised, interviewer=phrases(language)("the hiring manager"))


def _offer(session: Session, promise: Promise, view: Disclosure, now: datetime) -> Offer:
    """Times to choose; a scheduling page of the manager's own whose address or owner names the employer stays out."""
    offer = offer_for(session, promise, now)
    # Where it leads shows the manager's company, whatever its address says.
    return offer if view.named else replace(offer, scheduling_url="")


def _legal(legal: LegalBlock, view: Disclosure) -> LegalBlock:
    """Who sent the letter; what of it names an employer this person may not know yet is left out."""
    said = {name: value for name, value in legal.model_dump().items() if not leaks({name: str(value)}, view.secrets)}
    return LegalBlock(**said)


def _whys(session: Session, vault: Vault, scout: Scout, language: str) -> tuple[Why, ...]:
    """What the letter says of the person, no more and no less."""
    facts = facts_of(session, vault, scout)
    return tuple(Why(fact.label_ja if language == "ja" else fact.label_en, fact.quote, fact.inferred) for fact in facts)


def _source(profile: Profile, policy: Policy, language: str) -> str:
    try:
        return origin(profile.contact_basis, profile.basis_at, policy.zone, language)
    except LetterRefused:
        return ""


def _promised(
    session: Session, connection: Connection, scout: Scout, promise: Promise | None, language: str, now: datetime
) -> Promised | None:
    """The terms the letter carried: they bind whatever became of the commitment since (R3)."""
    if promise is not None:
        commitment = session.get(Commitment, promise.commitment_id)
    elif scout.arm == "committed" and scout.commitment_id is not None and left(scout):
        commitment = session.get(Commitment, scout.commitment_id)
    else:
        commitment = None
    if commitment is None:
        return None
    until = scout.reply_deadline or commitment.reply_deadline
    today = now.astimezone(ZoneInfo(commitment.zone)).date()
    state = promise.state if promise is not None else "offered" if today <= until else "lapsed"
    return Promised(
        state=state,
        kind=kind_words(commitment, language),
        interviewer=interviewer_words(commitment, language),
        selection=selection_words(commitment, language),
        documents=commitment.screening != "none",
        format=format_words(commitment, language),
        days=commitment.days,
        until=until,
        due=promise.due_date if promise is not None else None,
        counted=counted_words(promise, language) if promise is not None and not promise.moved_because else "",
        moved=promise is not None and bool(promise.moved_because),
        apology=_apology(session, connection, promise) if promise is not None else "",
    )


def _apology(session: Session, connection: Connection, promise: Promise) -> str:
    if promise.state != "broken":
        return ""
    sent = session.exec(
        select(Mail.id).where(
            col(Mail.name).startswith(mail_name(connection, f"apology:{promise.key}"), autoescape=True),
            col(Mail.state).in_(["sending", "sent", "unknown"]),
        )
    ).first()
    return "sent" if sent is not None else "waiting"


def _answer(session: Session, scout: Scout, entry: Entry | None, suppressed: bool) -> str:
    """The last word that counted."""
    if suppressed:
        return "stop"
    last = session.exec(
        select(Reply.intent)
        .where(
            col(Reply.scout_id) == scout.key,
            col(Reply.state) == "decided",
            col(Reply.intent).in_(sorted(PAGE_INTENTS)),
        )
        .order_by(col(Reply.received_at).desc(), col(Reply.id).desc())
        .limit(1)
    ).first()
    if last is not None:
        return PAGE_INTENTS[last]
    return "yes" if entry is not None and entry.state != "closed" else ""
