"""Who is told of a chosen time: the candidate by a whole letter, manager and recruiter by notices, all with a calendar file.

Its title is neutral in both languages: calendars are looked into by others, also where somebody works now.
"""

from __future__ import annotations

from sqlmodel import Session

from plugin.connections import policy_of
from plugin.database import now_of
from plugin.i18n import phrases, say_time
from plugin.pipeline.answers import audience, candidate_letter, candidate_of
from plugin.pipeline.ics import Meeting, calendar_file
from plugin.pipeline.owners import locale_of
from plugin.pipeline.wording import format_words
from plugin.rows import Commitment, Connection, Entry, Promise, Requisition, Scout, SlotChoice
from plugin.scouting.candidate_links import page_here
from plugin.scouting.post import come_back, post
from plugin.scouting.suppression import is_suppressed
from plugin.sealing import Vault

TITLES = {"ja": "お打ち合わせ", "en": "Meeting"}


def meeting_of(vault: Vault, choice: SlotChoice, language: str) -> Meeting:
    """The meeting as a calendar shows it; one `uid` for every reader and change."""
    if choice.starts_at is None:
        raise ValueError("no time has been chosen yet")
    return Meeting(
        uid=vault.hash(choice.employer_id, f"meeting:{choice.scout_id}") + "@meeting",
        starts_at=choice.starts_at,
        minutes=choice.minutes,
        title=TITLES.get(language, TITLES["en"]),
        sequence=choice.sequence,
    )


def tell_chosen(
    session: Session, vault: Vault, connection: Connection, entry: Entry, promise: Promise, choice: SlotChoice
) -> None:
    """Tell everybody once per choice."""
    if choice.starts_at is None:
        return
    _tell_candidate(session, vault, connection, entry, promise, choice)
    requisition = session.get_one(Requisition, entry.requisition_id)
    commitment = session.get_one(Commitment, promise.commitment_id)
    identity = candidate_of(session, vault, entry)
    for staff in audience(session, connection, requisition, promise):
        if not staff.email:
            continue
        locale = locale_of(staff, connection)
        _ = phrases(locale)
        person = identity.name if identity is not None else _("a person erased meanwhile")
        when = say_time(choice.starts_at, promise.zone, locale)
        lines = [
            _("%(person)s chose a time for “%(role)s”: %(when)s.", person=person, role=requisition.title, when=when),
            format_words(commitment, locale),
        ]
        if choice.source == "proposed":
            lines.append(
                _(
                    "It is one of the times offered by default. If it does not fit, offer others inside the promise today."
                )
            )
        lines.append(_("Please enter the meeting in the ATS; the promise counts as kept only by what stands there."))
        if requisition.url:
            lines += ["", requisition.url]
        post(
            session,
            vault,
            connection=connection,
            kind="recruiter_notice",
            name=f"chosen:{choice.key}:{choice.sequence}:{staff.key}",
            to=staff.email,
            to_name=staff.name,
            subject=_("Time chosen: %(when)s – %(role)s", when=when, role=requisition.title),
            text="\n".join(lines) + "\n",
            language=locale,
            staff_id=staff.key,
            requisition=requisition,
            attachments=[calendar_file(meeting_of(vault, choice, locale), now_of(session))],
        )


def _tell_candidate(
    session: Session, vault: Vault, connection: Connection, entry: Entry, promise: Promise, choice: SlotChoice
) -> None:
    address = candidate_of(session, vault, entry)
    sender = policy_of(connection).from_address
    if address is None or not address.email or choice.starts_at is None:
        return
    if is_suppressed(session, vault, employer_id=entry.employer_id, address=address.email, sender=sender):
        return
    scout = session.get_one(Scout, entry.scout_id)
    commitment = session.get_one(Commitment, promise.commitment_id)
    written = candidate_letter(
        session,
        connection,
        entry,
        promise,
        address,
        "time_chosen",
        scout.language,
        when=say_time(choice.starts_at, promise.zone, scout.language),
        format=format_words(commitment, scout.language),
        page=page_here(session, vault, scout, address.email),
    )
    post(
        session,
        vault,
        connection=connection,
        kind="candidate_receipt",
        name=f"chosen:{choice.key}:{choice.sequence}",
        to=address.email,
        to_name=address.name,
        subject=written.subject,
        text=written.text,
        language=scout.language,
        person=entry.profile_id,
        commitment_id=promise.commitment_id,
        reply_to=come_back(sender, scout.reply_token),
        attachments=[calendar_file(meeting_of(vault, choice, scout.language), now_of(session))],
    )
