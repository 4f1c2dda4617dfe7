"""What we write on a person in the ATS after a yes: a note with score, evidence, deadline and reply; a tag; a file.

All of it in the recruiter's language, with names: masking ends with the yes (R12). Each is written once; a change of
the date adds a note and never alters one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from connectors.base import Connector
from connectors.records import Attachment
from plugin.connections import policy_of
from plugin.i18n import phrases, say_date, say_time
from plugin.pipeline.answers import tell_moved
from plugin.pipeline.evidence import Dimensions, evidence_lines, evidence_of
from plugin.pipeline.owners import locale_of, recruiter_of
from plugin.pipeline.wording import counted_words, interviewer_words, kind_words
from plugin.pipeline.writes import write_once
from plugin.rows import (
    Calibration,
    Commitment,
    Connection,
    Entry,
    Profile,
    Promise,
    Reply,
    Requisition,
    Scout,
)
from plugin.scouting import attachments
from plugin.scouting.asked import MET
from plugin.scouting.circumstances import requirements_of
from plugin.scouting.stated import STATED_TOPICS, facts_about
from plugin.sealing import Erased, Vault
from plugin.work.context import Work
from plugin.work.jobs import Claim, owe

REPLY_SHOWN = 4000
"""Characters of a reply a note shows; the attached file has all of it."""


@dataclass(frozen=True)
class _Papers:
    """Everything to be written about one entry, read in one go."""

    connection: Connection
    entry: Entry
    note: str
    note_name: str
    tag: str
    sheet: Attachment
    moved: str
    moved_name: str


def entry_notes(work: Work, claim: Claim) -> None:
    """Write note, tag and file on an entered person; each once, whatever is repeated."""
    with work.reading() as session:
        entry = session.get_one(Entry, claim.payload["entry_id"])
        scout = session.get_one(Scout, entry.scout_id)
    if entry.state != "entered":
        return
    evidence = evidence_of(work, scout)
    with work.reading() as session:
        papers = _papers(session, work.vault, entry.key, evidence)
        subject = person_subject(session, work.vault, entry)
    connection, entry = papers.connection, papers.entry
    ats = work.ats(connection)
    candidate, application = entry.ats_candidate_id, entry.ats_application_id
    write_once(
        work,
        connection,
        papers.note_name,
        lambda ref: {"note_id": ats.note(candidate, ref, papers.note)},
        subject=subject,
    )
    if papers.moved:
        write_once(
            work,
            connection,
            papers.moved_name,
            lambda ref: {"note_id": ats.note(candidate, ref, papers.moved)},
            subject=subject,
        )
    if ats.supports("tag"):

        def tag(ref: str) -> dict[str, Any]:
            ats.tag(candidate, papers.tag)
            return {"tag": papers.tag}

        write_once(work, connection, f"tag:{entry.key}", tag, subject=subject)
    if ats.supports("attach") and application:
        write_once(
            work,
            connection,
            f"attach:{entry.key}",
            lambda ref: {"attachment_id": ats.attach(application, ref, papers.sheet)},
            subject=subject,
        )
        _attach_files(work, papers, ats, subject)

    if papers.moved:
        with work.finishing(claim) as session:
            promise = session.exec(select(Promise).where(col(Promise.scout_id) == entry.scout_id)).one()
            tell_moved(session, work.vault, connection, session.get_one(Entry, entry.key), promise)


def _attach_files(work: Work, papers: _Papers, ats: Connector, subject: str) -> None:
    """What the candidate sent along goes into the ATS as it came, each file once."""
    with work.reading() as session:
        waiting = attachments.waiting_for_ats(session, papers.entry.scout_id)
    for row in waiting:
        with work.reading() as session:
            file = attachments.as_attachment(session, work.vault, row)
        if file is None:
            continue  # its bytes were dropped meanwhile; the page says so

        def attach(ref: str, file: Attachment = file) -> dict[str, Any]:
            return {"attachment_id": ats.attach(papers.entry.ats_application_id, ref, file)}

        write_once(work, papers.connection, f"attach_file:{row.key}", attach, subject=subject)
        with work.writing() as session:
            attachments.attached(session, row.key)


def owe_notes(session: Session, entry: Entry, what: str = "yes") -> None:
    """Owe the notes of an entry; `what` tells a later change (a moved date) from the first time."""
    owe(
        session,
        "entry_notes",
        f"{entry.key}:{what}",
        employer_id=entry.employer_id,
        connection_id=entry.connection_id,
        payload={"entry_id": entry.key},
    )


def person_subject(session: Session, vault: Vault, entry: Entry) -> str:
    """What one writer holds while writing about a person: one address is one person, however many profiles carry it."""
    profile = profile_of(session, entry)
    address = profile.email_hash if profile is not None else ""
    return "person:" + (address or vault.hash(entry.employer_id, "profile:" + entry.profile_id))


def _papers(session: Session, vault: Vault, entry_id: int, dimensions: Dimensions | None) -> _Papers:
    entry = session.get_one(Entry, entry_id)
    connection = session.get_one(Connection, entry.connection_id)
    requisition = session.get_one(Requisition, entry.requisition_id)
    scout = session.get_one(Scout, entry.scout_id)
    promise = session.exec(select(Promise).where(col(Promise.scout_id) == scout.key)).first()
    commitment = session.get(Commitment, promise.commitment_id) if promise is not None else None
    locale = locale_of(recruiter_of(session, requisition), connection)
    _ = phrases(locale)
    reply = reply_words(session, vault, entry)
    evidence = evidence_lines(dimensions, locale)
    head = _head(session, connection, entry, scout, promise, commitment, locale)
    shown = reply if len(reply) <= REPLY_SHOWN else reply[:REPLY_SHOWN] + "…"
    reply_block = [_("Reply:"), shown] if reply else [_("Reply: not in writing, or erased since.")]
    sheet = "\n".join([*head, "", *evidence, "", _("Reply:"), reply or "–"]) + "\n"
    tag = _("Scout: yes")
    if commitment is not None:
        tag = _("Casual meeting promised") if commitment.kind == "casual" else _("Interview promised")
    note_name = f"note:{entry.key}"
    if promise is not None and entry.entered_at is not None and promise.created_at > entry.entered_at:
        note_name += ":promised"  # an earlier yes was understood after the entry: the first note knew of no promise
    moved = moved_name = ""
    if promise is not None and promise.moved_because:
        moved = _(
            "The candidate chose a later day: the promise is now due by the end of %(due)s.",
            due=say_date(promise.due_date, locale),
        )
        moved_name = f"note:{entry.key}:due:{promise.due_date.isoformat()}"
    return _Papers(
        connection=connection,
        entry=entry,
        note_name=note_name,
        note="\n".join([*head, "", *evidence, "", *reply_block]),
        tag=tag,
        sheet=Attachment(_("evidence") + ".txt", sheet.encode("utf-8"), "text/plain; charset=utf-8"),
        moved=moved,
        moved_name=moved_name,
    )


def _head(
    session: Session,
    connection: Connection,
    entry: Entry,
    scout: Scout,
    promise: Promise | None,
    commitment: Commitment | None,
    locale: str,
) -> list[str]:
    _ = phrases(locale)
    calibration = session.get(Calibration, scout.calibration_id)
    reply = session.get(Reply, entry.reply_id) if entry.reply_id is not None else None
    lines = [_("Positive reply to a scout")]
    if reply is not None:
        zone = promise.zone if promise is not None else policy_of(connection).zone
        lines.append(_("Received: %(when)s", when=say_time(reply.received_at, zone, locale)))
    if commitment is not None:
        line = (
            _("%(line)s or more", line=commitment.line)
            if commitment.inclusive
            else _("more than %(line)s", line=commitment.line)
        )
        lines.append(_("Score: %(score)s of 100 (promised to those with %(line)s)", score=scout.score, line=line))
    else:
        lines.append(_("Score: %(score)s of 100", score=scout.score))
    if promise is not None and commitment is not None:
        lines.append(
            _(
                "Promised: %(kind)s with %(interviewer)s by the end of %(due)s (%(counted)s).",
                kind=kind_words(commitment, locale),
                interviewer=interviewer_words(commitment, locale),
                due=say_date(promise.due_date, locale),
                counted=counted_words(promise, locale),
            )
        )
    else:
        lines.append(_("No date was promised to this person."))
    if reply is not None and reply.condition == MET:
        lines.append(_("They put a condition, and what the description states meets it:"))
        requirement = requirements_of(session, scout)[0]
        lines += [
            f"・{fact.label}: {fact.value}" for fact in facts_about(requirement, STATED_TOPICS, locale) if fact.value
        ]
    lines.append(_("A yes is not an application: ask for it, and record it, after the meeting."))
    if calibration is not None:
        lines.append(
            _(
                "Calibration %(id)s, score version %(version)s",
                id=calibration.short_id,
                version=calibration.score_version,
            )
        )
    return lines


def reply_words(session: Session, vault: Vault, entry: Entry) -> str:
    """The candidate's own words, "" where there are none or they were erased."""
    reply = session.get(Reply, entry.reply_id) if entry.reply_id is not None else None
    if reply is None or reply.sealed_text is None:
        return ""
    try:
        return str(vault.open_for(session, entry.employer_id, reply.person, reply.sealed_text)).strip()
    except Erased:
        return ""


def profile_of(session: Session, entry: Entry) -> Profile | None:
    return session.exec(
        select(Profile).where(
            col(Profile.employer_id) == entry.employer_id, col(Profile.profile_id) == entry.profile_id
        )
    ).first()
