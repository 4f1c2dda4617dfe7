"""What people are told after a yes: the candidate by whole letters per language, manager and recruiter by notices.

Letters live in `locales/*/answers`. A date stands in one only where a `Promise` row holds it; score and line never do.
Every mail has a name, so that telling twice is telling once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session, col, select

from connectors.records import Attachment
from plugin.connections import policy_of
from plugin.i18n import phrases, say_date, say_time
from plugin.identity import Identity, identity_of
from plugin.pipeline.addressing import known_as, opening, salutation, signature
from plugin.pipeline.owners import active, keeper_of, locale_of, recruiter_of
from plugin.pipeline.wording import (
    Letter,
    counted_words,
    format_words,
    interviewer_words,
    kind_words,
    letter,
    promise_words,
)
from plugin.rows import Commitment, Connection, Entry, Profile, Promise, Requisition, Scout, Staff
from plugin.scouting.candidate_links import page_here
from plugin.scouting.compiler import SEPARATOR
from plugin.scouting.conditions_sheet import agency_lines, attachment, lines
from plugin.scouting.disclosure import leaks, view_of
from plugin.scouting.post import come_back, post
from plugin.scouting.suppression import is_suppressed
from plugin.scouting.working_conditions import sheet_of
from plugin.sealing import Erased, Vault

__all__ = [
    "Letter",
    "audience",
    "candidate_letter",
    "candidate_of",
    "counted_words",
    "interviewer_words",
    "kind_words",
    "notify_staff",
    "tell_colleagues",
    "tell_entered",
    "tell_held",
    "tell_moved",
    "tell_reminder",
]


# To the candidate.


def tell_entered(session: Session, vault: Vault, connection: Connection, entry: Entry, promise: Promise | None) -> None:
    """The receipt: the promise as a date and what kind of meeting, or honestly none. Once an entry stands in the ATS."""
    scout = session.get_one(Scout, entry.scout_id)
    late = promise is None and scout.arm == "committed" and scout.commitment_id is not None
    name = "receipt_promised" if promise is not None else "receipt_late" if late else "receipt_plain"
    _to_candidate(
        session,
        vault,
        connection,
        entry,
        promise,
        letter_name=name,
        kind="candidate_receipt",
        name=f"{name}:{entry.key}",
    )


def tell_held(
    session: Session, vault: Vault, connection: Connection, entry: Entry, promise: Promise | None, *, status: str
) -> None:
    """The holding letter: the reply has arrived, the role isn't open yet (or no more), what happens next."""
    _to_candidate(
        session,
        vault,
        connection,
        entry,
        promise,
        letter_name=f"holding_{status}",
        kind="holding",
        name=f"holding_{status}:{entry.key}",
    )


def tell_moved(session: Session, vault: Vault, connection: Connection, entry: Entry, promise: Promise) -> None:
    """Confirm the later day the candidate chose."""
    _to_candidate(
        session,
        vault,
        connection,
        entry,
        promise,
        letter_name="moved",
        kind="candidate_receipt",
        name=f"moved:{promise.key}:{promise.due_date}",
    )


def tell_reminder(
    session: Session, vault: Vault, connection: Connection, entry: Entry, promise: Promise, when: datetime
) -> None:
    """Remind the candidate of the meeting; once for each time it is set to."""
    commitment = session.get_one(Commitment, promise.commitment_id)
    _to_candidate(
        session,
        vault,
        connection,
        entry,
        promise,
        letter_name="reminder",
        kind="meeting_reminder",
        name=f"meeting_reminder:{promise.key}:{when.isoformat()}",
        more=lambda language: {
            "when": say_time(when, promise.zone, language),
            "format": format_words(commitment, language),
            "interviewer": interviewer_words(commitment, language),
        },
    )


def _to_candidate(
    session: Session,
    vault: Vault,
    connection: Connection,
    entry: Entry,
    promise: Promise | None,
    *,
    letter_name: str,
    kind: str,
    name: str,
    more: Callable[[str], dict[str, str]] = lambda language: {},
) -> None:
    """Post one letter to the candidate in their language or in both. `more`: what it states besides, by language."""
    address = candidate_of(session, vault, entry)
    if address is None or not address.email:
        return  # erased meanwhile
    sender = policy_of(connection).from_address
    if is_suppressed(session, vault, employer_id=entry.employer_id, address=address.email, sender=sender):
        return  # said stop after the yes: hears no more from us, the recruiter sees the entry
    scout = session.get_one(Scout, entry.scout_id)
    page = page_here(session, vault, scout, address.email)
    sheets = _sheets(session, connection, entry, scout) if letter_name.startswith("receipt_") else []
    texts = [
        candidate_letter(
            session,
            connection,
            entry,
            promise,
            address,
            letter_name,
            language,
            page=page,
            conditions=attached_words(language) if sheets else "",
            **more(language),
        )
        for language in (scout.language, scout.second_language)
        if language
    ]
    post(
        session,
        vault,
        connection=connection,
        kind=kind,
        name=name,
        to=address.email,
        to_name=address.name,
        subject=" / ".join(text.subject for text in texts),
        text=f"\n{SEPARATOR}\n\n".join(text.text for text in texts),
        language=scout.language,
        person=entry.profile_id,
        commitment_id=promise.commitment_id if promise is not None else None,
        reply_to=come_back(policy_of(connection).from_address, scout.reply_token),
        attachments=sheets,
    )


def attached_words(language: str) -> str:
    """The paragraph of a receipt that points to the working conditions attached to it."""
    _ = phrases(language)
    return _("The working conditions as they are known now are attached, for when you consider applying.") + "\n\n"


def _sheets(session: Session, connection: Connection, entry: Entry, scout: Scout) -> list[Attachment]:
    """The working conditions, as every receipt carries them (職業安定法 Art. 5-3), the employer named as far as may be.

    A sheet that would name an employer who is still withheld stays behind: the receipt itself is never held up.
    """
    requisition = session.get_one(Requisition, entry.requisition_id)
    legal = policy_of(connection).legal
    view = view_of(session, requisition, scout)
    found = []
    for language in (scout.language, scout.second_language):
        if not language:
            continue
        sheet = sheet_of(session, requisition, language)
        described = "" if view.named else view.described.get(language, "") or "―"
        rows = lines(sheet, language, employer=described) + agency_lines(legal, scout.voice, language)
        if leaks({"sheet": "\n".join(value for _label, value in rows), "role": requisition.title}, view.secrets):
            return []
        found.append(attachment(rows, role=requisition.title, sheet=sheet, locale=language))
    return found


def candidate_letter(
    session: Session,
    connection: Connection,
    entry: Entry,
    promise: Promise | None,
    identity: Identity,
    letter_name: str,
    language: str,
    **more: str,
) -> Letter:
    """One letter to the candidate, filled in from the rows."""
    policy = policy_of(connection)
    requisition = session.get_one(Requisition, entry.requisition_id)
    scout = session.get_one(Scout, entry.scout_id)
    commitment = session.get(Commitment, promise.commitment_id) if promise is not None else None
    block = (
        promise_words(commitment, promise, language) + "\n\n" if commitment is not None and promise is not None else ""
    )
    company = known_as(session, connection, requisition, scout, language)
    return letter(
        letter_name,
        language,
        salutation=salutation(identity, language),
        opening=opening(policy, scout.voice, language, company),
        company=company,
        role=requisition.title,
        promise=block,
        due=say_date(promise.due_date, language) if promise is not None else "",
        kind=kind_words(commitment, language) if commitment is not None else "",
        signature=signature(policy, connection, language, scout.voice, company),
        **({"conditions": ""} | more),
    )


def candidate_of(session: Session, vault: Vault, entry: Entry) -> Identity | None:
    """Who an entry is about, None once they have been erased."""
    profile = session.exec(
        select(Profile).where(
            col(Profile.employer_id) == entry.employer_id, col(Profile.profile_id) == entry.profile_id
        )
    ).first()
    if profile is None:
        return None
    try:
        return identity_of(session, vault, profile)
    except Erased:
        return None


# To manager and recruiter.


def notify_staff(
    session: Session,
    vault: Vault,
    connection: Connection,
    staff: Staff,
    *,
    name: str,
    subject: str,
    lines: list[str],
    kind: str = "recruiter_notice",
) -> None:
    """One notice to a colleague, in the language they read. Nothing without an address of theirs."""
    if not staff.email:
        return
    post(
        session,
        vault,
        connection=connection,
        kind=kind,
        name=f"{name}:{staff.key}",
        to=staff.email,
        to_name=staff.name,
        subject=subject,
        text="\n".join(lines) + "\n",
        language=locale_of(staff, connection),
        staff_id=staff.key,
    )


def audience(
    session: Session, connection: Connection, requisition: Requisition, promise: Promise | None
) -> list[Staff]:
    """Who hears of a yes: whoever has to keep the promise, the manager and the recruiter; each once."""
    keeper = keeper_of(session, promise) if promise is not None else None
    told = (keeper, active(session, requisition.manager_id), recruiter_of(session, requisition))
    return list({staff.key: staff for staff in told if staff is not None}.values())


def tell_colleagues(
    session: Session, vault: Vault, connection: Connection, entry: Entry, promise: Promise | None
) -> None:
    """Tell manager and recruiter that a yes stands in the ATS, and by when somebody has to be met."""
    requisition = session.get_one(Requisition, entry.requisition_id)
    identity = candidate_of(session, vault, entry)
    commitment = session.get(Commitment, promise.commitment_id) if promise is not None else None
    for staff in audience(session, connection, requisition, promise):
        locale = locale_of(staff, connection)
        _ = phrases(locale)
        person = identity.name if identity is not None else _("a person erased meanwhile")
        lines = [_("%(person)s said yes to the scout for “%(role)s”.", person=person, role=requisition.title)]
        if promise is not None and commitment is not None:
            lines += [
                _(
                    "Promised: %(kind)s with %(interviewer)s by the end of %(due)s (%(counted)s).",
                    kind=kind_words(commitment, locale),
                    interviewer=interviewer_words(commitment, locale),
                    due=say_date(promise.due_date, locale),
                    counted=counted_words(promise, locale),
                ),
                _("Reply received: %(when)s", when=say_time(promise.received_at, promise.zone, locale)),
                _("Please offer times before that date; the promise was made to this person in writing."),
            ]
            subject = _(
                "Yes: meet by %(due)s – %(role)s", due=say_date(promise.due_date, locale), role=requisition.title
            )
        else:
            lines.append(_("No date was promised to this person."))
            subject = _("Yes to a scout – %(role)s", role=requisition.title)
        if requisition.url:
            lines += ["", requisition.url]
        notify_staff(
            session,
            vault,
            connection,
            staff,
            name=f"yes:{entry.key}:{'promised' if promise is not None else 'plain'}",
            subject=subject,
            lines=lines,
        )
