"""Everything held about one person: for them, who may ask to see it (個人情報保護法 33条), and for whoever looks after it.

One collection of plain values; `as_json` and `as_text` write it down, the text with its labels in both languages. What
`for_them` leaves out are our own judgements of them (scores, lines, arms, colleagues' remarks): a candidate never sees a
score (R12), and the command that prints everything says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.desk import pipeline
from plugin.i18n import phrases
from plugin.identity import identity_of
from plugin.people import judged_of
from plugin.pipeline.scheduling import wishes_of
from plugin.rows import (
    DataRequest,
    Entry,
    Mail,
    Profile,
    ProfileSource,
    Promise,
    ProvisionRecord,
    Reply,
    ReplyFile,
    Requisition,
    Scout,
    ShortlistEntry,
    SlotChoice,
    Suppression,
    Task,
    Verdict,
)
from plugin.scouting.mime import parse
from plugin.scouting.post import raw_of
from plugin.sealing import Erased, Vault


def collect(session: Session, vault: Vault, profile: Profile, *, for_them: bool = False) -> dict[str, Any]:
    """Everything held about a stored person. Changes nothing. Raises `Erased` once their key is gone."""
    employer_id, id = profile.employer_id, profile.profile_id
    identity = identity_of(session, vault, profile)
    judged = judged_of(session, vault, employer_id, id)
    scouts = session.exec(
        select(Scout).where(col(Scout.employer_id) == employer_id, col(Scout.profile_id) == id).order_by(col(Scout.id))
    ).all()
    found: dict[str, Any] = {
        "collected_at": now_of(session),
        "id": id,
        "person": asdict(identity) | {"language": profile.language},
        "career": {
            "headline": judged.headline,
            "text": judged.text,
            "years": judged.years,
            "pay": judged.pay,
            "desired_pay": judged.desired_pay,
            "place": judged.place,
            "as_of": profile.as_of,
        }
        if judged is not None
        else {},
        "origin": {
            "source": profile.source,
            "contact_basis": profile.contact_basis,
            "basis_at": profile.basis_at,
            "taken_in_at": profile.created_at,
            "records": len(
                session.exec(
                    select(ProfileSource.id).where(
                        col(ProfileSource.employer_id) == employer_id, col(ProfileSource.profile_id) == id
                    )
                ).all()
            ),
            "ats_candidate_id": profile.ats_candidate_id,
        },
        "use": {
            "suspended_at": profile.suspended_at,
            "not_written_to": [
                {"since": row.created_at, "reason": row.reason, "sender": row.sender}
                for row in session.exec(
                    select(Suppression).where(
                        col(Suppression.employer_id) == employer_id,
                        col(Suppression.address_hash) == profile.email_hash,
                    )
                )
                if profile.email_hash
            ],
        },
        "approaches": [_approach(session, vault, scout, for_them=for_them) for scout in scouts],
        "desk": pipeline.told(session, vault, employer_id, id),
        "mails": _mails(session, vault, employer_id, id),
        "requests": [
            {
                "kind": row.kind,
                "state": row.state,
                "asked_at": row.asked_at,
                "due": row.due,
                "done_at": row.done_at,
                "words": _opened(session, vault, employer_id, id, row.sealed_words),
            }
            for row in session.exec(
                select(DataRequest).where(
                    col(DataRequest.employer_id) == employer_id, col(DataRequest.profile_id) == id
                )
            )
        ],
        "handed_on": [
            {
                "to": row.recipient,
                "given_at": row.given_at,
                "items": row.items,
                "basis": row.basis,
                "basis_at": row.basis_at,
                "keep_until": row.keep_until,
            }
            for row in session.exec(
                select(ProvisionRecord).where(
                    col(ProvisionRecord.employer_id) == employer_id, col(ProvisionRecord.profile_id) == id
                )
            )
        ],
    }
    if not for_them:
        found["judgements"] = _judgements(session, vault, employer_id, id)
        found["tasks"] = _tasks(session, [scout.key for scout in scouts], employer_id)
    return found


def as_json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2, default=_plain) + "\n"


def as_text(data: Mapping[str, Any]) -> str:
    """To read: every value with its label in Japanese and English; what is empty is left out."""
    lines: list[str] = []
    _write(lines, data, 0)
    return "\n".join(lines) + "\n"


def label(code: str) -> str:
    """A field's name in both languages."""
    english = _labels(phrases("en")).get(code, code)
    japanese = _labels(phrases("ja")).get(code, code)
    return japanese if japanese == english else f"{japanese} / {english}"


def _approach(session: Session, vault: Vault, scout: Scout, *, for_them: bool) -> dict[str, Any]:
    entry = session.exec(select(Entry).where(col(Entry.scout_id) == scout.key)).first()
    promise = session.exec(select(Promise).where(col(Promise.scout_id) == scout.key)).first()
    choice = session.exec(select(SlotChoice).where(col(SlotChoice.scout_id) == scout.key)).first()
    wishes = wishes_of(session, vault, scout, choice)
    found: dict[str, Any] = {
        "position": session.get_one(Requisition, scout.requisition_id).title,
        "state": scout.state,
        "sent_at": scout.sent_at,
        "reply_deadline": scout.reply_deadline,
        "facts": _opened(session, vault, scout.employer_id, scout.profile_id, scout.sealed_facts),
        "consented_at": scout.consented_at,
        "replies": [
            {
                "received_at": row.received_at,
                "medium": row.medium,
                "intent": row.intent,
                "words": _opened(session, vault, scout.employer_id, row.person, row.sealed_text),
                "whole": _opened(session, vault, scout.employer_id, row.person, row.sealed_full),
                "files": [
                    {
                        "name": _opened(session, vault, scout.employer_id, row.person, file.sealed_name),
                        "text": _opened(session, vault, scout.employer_id, row.person, file.sealed_preview),
                    }
                    for file in session.exec(select(ReplyFile).where(col(ReplyFile.reply_id) == row.key))
                ],
            }
            for row in session.exec(
                select(Reply).where(col(Reply.scout_id) == scout.key).order_by(col(Reply.received_at))
            )
        ],
    }
    if entry is not None:
        found["entry"] = {
            "state": entry.state,
            "since": entry.created_at,
            "ats_candidate_id": entry.ats_candidate_id,
            "ats_application_id": entry.ats_application_id,
            "applied_at": entry.intent_at,
        }
    if promise is not None:
        found["promise"] = {
            "state": promise.state,
            "received_at": promise.received_at,
            "due": promise.due_date,
            "words": _opened(session, vault, scout.employer_id, scout.profile_id, promise.sealed_words),
        }
    if choice is not None:
        found["meeting"] = {"starts_at": choice.starts_at, "minutes": choice.minutes or None, "wishes": asdict(wishes)}
    if not for_them:
        found |= {"score": scout.score, "arm": scout.arm}
    return found


def _mails(session: Session, vault: Vault, employer_id: int, person: str) -> list[dict[str, Any]]:
    found = []
    for mail in session.exec(
        select(Mail).where(col(Mail.employer_id) == employer_id, col(Mail.person) == person).order_by(col(Mail.id))
    ):
        letter = None
        if mail.sealed is not None:
            try:
                letter = parse(raw_of(session, vault, mail))
            except Erased:
                letter = None
        found.append(
            {
                "kind": mail.kind,
                "state": mail.state,
                "sent_at": mail.accepted_at,
                "subject": letter.subject if letter is not None else "",
                "text": letter.text if letter is not None else "",
            }
        )
    return found


def _judgements(session: Session, vault: Vault, employer_id: int, profile_id: str) -> list[dict[str, Any]]:
    """Where they stood in shortlists and what was said of them: ours to keep, not theirs to be shown."""
    found = []
    for row in session.exec(
        select(ShortlistEntry).where(
            col(ShortlistEntry.employer_id) == employer_id, col(ShortlistEntry.profile_id) == profile_id
        )
    ):
        verdicts = session.exec(
            select(Verdict).where(
                col(Verdict.calibration_id) == row.calibration_id, col(Verdict.profile_id) == profile_id
            )
        ).all()
        found.append(
            {
                "at": row.created_at,
                "score": row.score,
                "rank": row.rank,
                "label": row.label,
                "evidence": _opened(session, vault, employer_id, profile_id, row.sealed_evidence),
                "summary": _opened(session, vault, employer_id, profile_id, row.sealed_prose),
                "verdicts": [{"match": one.match, "reason": one.reason} for one in verdicts],
            }
        )
    return found


def _tasks(session: Session, scouts: list[int], employer_id: int) -> list[dict[str, Any]]:
    entries = session.exec(select(Entry.id).where(col(Entry.scout_id).in_(scouts))).all()
    promises = session.exec(select(Promise.id).where(col(Promise.scout_id).in_(scouts))).all()
    replies = session.exec(select(Reply.id).where(col(Reply.scout_id).in_(scouts))).all()
    about = {"entry": entries, "promise": promises, "reply": replies, "scout": scouts}
    return [
        {"kind": row.kind, "state": row.state, "due": row.due, "opened_at": row.created_at}
        for subject, ids in about.items()
        for row in session.exec(
            select(Task).where(
                col(Task.employer_id) == employer_id,
                col(Task.subject) == subject,
                col(Task.subject_id).in_([id for id in ids if id is not None]),
            )
        )
    ]


def _opened(session: Session, vault: Vault, employer_id: int, person: str, sealed: bytes | None) -> Any:
    if not sealed:
        return None
    try:
        return vault.open_for(session, employer_id, person, sealed)
    except Erased:
        return None


def _plain(value: Any) -> str:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} can't be written down")


def _write(lines: list[str], value: Any, depth: int) -> None:
    indent = "  " * depth
    for key, each in value.items():
        if each in (None, "", [], {}, ()):
            continue
        if isinstance(each, Mapping):
            lines.append(f"{indent}{label(key)}:")
            _write(lines, each, depth + 1)
        elif isinstance(each, (list, tuple)):
            lines.append(f"{indent}{label(key)}:")
            for number, one in enumerate(each, 1):
                if isinstance(one, Mapping):
                    lines.append(f"{indent}  [{number}]")
                    _write(lines, one, depth + 2)
                else:
                    lines.append(f"{indent}  - {one}")
        else:
            said = each.isoformat() if isinstance(each, (datetime, date)) else str(each)
            first, *rest = said.splitlines() or [""]
            if rest:
                lines.append(f"{indent}{label(key)}:")
                lines += [f"{indent}  | {line}" for line in (first, *rest)]
            else:
                lines.append(f"{indent}{label(key)}: {first}")


def _labels(_: Callable[..., str]) -> dict[str, str]:
    return {
        "collected_at": _("Collected at"),
        "person": _("Person"),
        "name": _("Name"),
        "kana": _("Name in kana"),
        "romaji": _("Name in Latin letters"),
        "email": _("Mail address"),
        "phone": _("Telephone"),
        "company": _("Employer"),
        "title": _("Title"),
        "industry": _("Industry"),
        "size": _("Size of the employer"),
        "employers": _("Earlier employers"),
        "language": _("Language"),
        "career": _("Career"),
        "headline": _("Headline"),
        "text": _("Text"),
        "years": _("Years of experience"),
        "pay": _("Pay"),
        "desired_pay": _("Desired pay"),
        "place": _("Place"),
        "as_of": _("Known as of"),
        "origin": _("Where it came from"),
        "source": _("Source"),
        "contact_basis": _("Why they may be written to"),
        "basis_at": _("Since"),
        "taken_in_at": _("Taken in at"),
        "records": _("Records taken in"),
        "ats_candidate_id": _("Number in the ATS"),
        "ats_application_id": _("Number of the application in the ATS"),
        "use": _("Use"),
        "suspended_at": _("Used no more since"),
        "not_written_to": _("Not written to"),
        "approaches": _("Approaches"),
        "position": _("Position"),
        "state": _("State"),
        "sent_at": _("Sent at"),
        "reply_deadline": _("Reply by"),
        "facts": _("Facts the letter used"),
        "consented_at": _("Agreed to be introduced at"),
        "replies": _("Replies"),
        "received_at": _("Received at"),
        "medium": _("Medium"),
        "intent": _("Read as"),
        "words": _("Own words"),
        "whole": _("The whole mail"),
        "files": _("Files"),
        "entry": _("Entry in the ATS"),
        "since": _("Since"),
        "applied_at": _("Wish to apply recorded at"),
        "promise": _("Promise"),
        "due": _("Due"),
        "meeting": _("Meeting chosen"),
        "starts_at": _("Begins at"),
        "minutes": _("Minutes"),
        "wishes": _("Said besides"),
        "desk": _("On the desk"),
        "stage": _("Stage"),
        "meetings": _("Meetings"),
        "mails": _("Mails to them"),
        "kind": _("Kind"),
        "subject": _("Subject"),
        "requests": _("Requests about their data"),
        "asked_at": _("Asked at"),
        "done_at": _("Done at"),
        "handed_on": _("Handed on to others"),
        "to": _("To"),
        "given_at": _("Given at"),
        "items": _("Items"),
        "basis": _("Basis"),
        "keep_until": _("Kept until"),
        "judgements": _("Our judgements"),
        "score": _("Score"),
        "rank": _("Rank"),
        "label": _("Label"),
        "evidence": _("Evidence"),
        "summary": _("Summary"),
        "verdicts": _("Verdicts"),
        "match": _("Match"),
        "reason": _("Reason"),
        "arm": _("Arm"),
        "tasks": _("Tasks"),
        "opened_at": _("Opened at"),
    }
