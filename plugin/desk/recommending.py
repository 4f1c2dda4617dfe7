"""Handing somebody over: a letter of recommendation (推薦状) to whoever decides, with a PDF and a table.

Nobody is put before a client who has not agreed (個人情報保護法 27条), and nothing is said of them but what was agreed and
chosen. Scores and lines stay with us; what the law bans from recruiting is taken out of every text (R9). The same letter
to the same reader is sent once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files as resources
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from connectors.records import Attachment
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.desk import paper, pipeline, sheet
from plugin.desk.cases import Case, Chosen, NotAllowed, files_of
from plugin.desk.letter import CAREER, NAME, REPLY, sections_of
from plugin.events import record
from plugin.i18n import one_stop, phrases, say_date
from plugin.identity import as_written
from plugin.pipeline.addressing import known_as, opening, signature
from plugin.provision import ITEMS, record_handing_on
from plugin.rows import (
    DeskColleague,
    DeskHandOff,
)
from plugin.scouting.post import post, reachable
from plugin.scouting.voices import AGENCY, IN_HOUSE
from plugin.sealing import Vault
from ranking.protected import strip_banned

LONGEST_REMARK = 4000
LARGEST_ENCLOSED = 10_000_000
"""Bytes of all enclosed files together: many mail servers refuse more."""


@dataclass(frozen=True, slots=True)
class Recommendation:
    """A letter as it would leave. `digest` names it; `removed`: how many banned facts were taken out of its texts."""

    subject: str
    text: str
    language: str
    attachments: tuple[Attachment, ...]
    items: tuple[str, ...]
    removed: int
    not_in_font: str
    digest: str


def chosen_first(session: Session, case: Case) -> Chosen:
    """What a letter would hold if nobody chose anything: everything agreed but telephone and address, no enclosure."""
    manager = session.get_one(DeskColleague, case.position.manager_id)
    return Chosen(
        language=policy_of(case.connection).locale,
        items=(NAME, CAREER, REPLY),
        remark="",
        company=case.position.to_company,
        reader=case.position.to_name or ("" if case.position.to_address else manager.name),
        address=case.position.to_address or manager.email,
    )


def compose(session: Session, vault: Vault, case: Case, chosen: Chosen) -> Recommendation:
    """Write the letter, its PDF and its table. Raises `NotAllowed`: address, own_address, items, remark, too_large."""
    _check(case, chosen)
    _ = phrases(chosen.language)
    sections, removed = sections_of(session, vault, case, chosen)
    enclosed = _enclosed(session, vault, case, chosen.enclosed)
    policy = policy_of(case.connection)
    company = known_as(session, case.connection, case.requisition, case.scout, chosen.language)
    voice = case.scout.voice
    subject, text = _source("introduction" if voice == IN_HOUSE else "recommendation", chosen.language)
    role = case.position.title
    recruiter = session.get_one(DeskColleague, case.position.recruiter_id)
    licence = policy.legal.licence if voice == AGENCY else ""
    signed = "\n".join(
        (
            signature(policy, case.connection, chosen.language, voice, company),
            *([_("Employment agency licence: %(licence)s", licence=licence)] if licence else []),
            _("In charge: %(name)s (%(address)s)", name=recruiter.name, address=recruiter.email),
        )
    )
    values = {
        "role": role,
        "name": _name(case, chosen.language),
        "reader": _reader(chosen),
        "opening": opening(policy, voice, chosen.language, company),
        "agreed": _agreed(case, chosen.language),
        "sections": "\n\n".join(section.as_text(chosen.language) for section in sections),
        "request": _("A PDF of this letter and a table for your own records are attached."),
        "signature": signed,
    }
    subject, text = subject % values, one_stop(text % values, chosen.language)
    title = _("Introduction of a candidate") if voice == IN_HOUSE else _("Letter of recommendation")
    drawn = paper.draw(
        title,
        _reader(chosen),
        role,
        sections,
        signed,
        on=now_of(session),
        zone=policy.zone,
        language=chosen.language,
    )
    row = sheet.table(case, chosen, sections, company=chosen.company)
    stem = f"{title}_{case.requisition.key}-{case.application.key}"
    attachments = (
        Attachment(f"{stem}.pdf", drawn.content, "application/pdf"),
        Attachment(f"{stem}.csv", row, "text/csv"),
        *enclosed,
    )
    return Recommendation(
        subject,
        text,
        chosen.language,
        attachments,
        chosen.items,
        removed,
        drawn.missing,
        _digest(subject, text, row, chosen, enclosed),
    )


def send(session: Session, vault: Vault, case: Case, chosen: Chosen, digest: str, by: str) -> DeskHandOff | None:
    """Send the letter that was looked at; None when it was sent before. Does not commit.

    Raises `NotAllowed("changed")` when it would read otherwise by now: somebody looks at it again first. The mail's
    Message-ID is committed with it and the attempt is a job's (R7).
    """
    letter = compose(session, vault, case, chosen)
    if letter.digest != digest:
        raise NotAllowed("changed")
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    id = session.execute(
        dialect.insert(DeskHandOff)
        .values(
            employer_id=case.connection.employer_id,
            connection_id=case.connection.key,
            application_id=case.application.key,
            entry_id=case.entry.key,
            digest=digest,
            language=chosen.language,
            items=list(letter.items),
            sealed=vault.seal_for(
                session,
                case.person.employer_id,
                case.person.person,
                {"subject": letter.subject, "text": letter.text, "to": chosen.address, "reader": _reader(chosen)},
            ),
            by=by,
            created_at=now_of(session),
        )
        .on_conflict_do_nothing(index_elements=["application_id", "digest"])
        .returning(col(DeskHandOff.id))
    ).scalar_one_or_none()
    if id is None:
        return None
    row = session.get_one(DeskHandOff, id)
    recruiter = session.get_one(DeskColleague, case.position.recruiter_id)
    row.mail_id = post(
        session,
        vault,
        connection=case.connection,
        kind="recommendation",
        name=f"recommendation:{id}",
        to=chosen.address,
        to_name=chosen.reader,
        subject=letter.subject,
        text=letter.text,
        language=chosen.language,
        person=case.person.person,
        reply_to=recruiter.email,
        attachments=letter.attachments,
        automatic=False,
    )
    session.add(row)
    record_handing_on(
        session,
        vault,
        case.entry,
        recipient=chosen.company or chosen.reader or chosen.address,
        items=letter.items,
    )
    record(
        session,
        row.employer_id,
        "entry",
        case.entry.key,
        "recommended",
        actor=by,
        hand_off=row.key,
        mail=row.mail_id,
        items=list(letter.items),
    )
    return row


def _check(case: Case, chosen: Chosen) -> None:
    if not reachable(chosen.address):
        raise NotAllowed("address")
    if chosen.address.strip().casefold() in {one.strip().casefold() for one in case.contact.emails}:
        raise NotAllowed("own_address")
    if NAME not in chosen.items or not set(chosen.items) <= set(ITEMS):
        raise NotAllowed("items")
    if len(chosen.remark) > LONGEST_REMARK or strip_banned(chosen.remark)[1]:
        raise NotAllowed("remark")


def _enclosed(session: Session, vault: Vault, case: Case, ids: Sequence[int]) -> list[Attachment]:
    wanted = [(file, name) for file, name in files_of(session, vault, case) if file.key in ids]
    if sum(file.size for file, _name in wanted) > LARGEST_ENCLOSED:
        raise NotAllowed("too_large")
    return [
        Attachment(name, pipeline.content_of(session, vault, case.person, file), file.media_type.partition(";")[0])
        for file, name in wanted
    ]


@cache
def _source(name: str, language: str) -> tuple[str, str]:
    text = resources("locales").joinpath(language, "desk", f"{name}.txt").read_text(encoding="utf-8")
    subject, _, body = text.partition("\n\n")
    return subject.removeprefix("Subject: ").strip(), body.strip() + "\n"


def _name(case: Case, language: str) -> str:
    identity = case.identity
    return as_written(identity.name if language == "ja" else identity.romaji or identity.name)


def _reader(chosen: Chosen) -> str:
    if chosen.language == "ja":
        lines = [chosen.company, f"{chosen.reader} 様" if chosen.reader else "ご担当者様"]
    else:
        lines = [f"Dear {chosen.reader}," if chosen.reader else "To whom it may concern,"]
    return "\n".join(line for line in lines if line)


def _agreed(case: Case, language: str) -> str:
    """Since when the person has agreed to this introduction, where that was asked for by itself."""
    if case.scout.consented_at is None:
        return ""
    _ = phrases(language)
    zone = policy_of(case.connection).zone
    day = say_date(case.scout.consented_at.astimezone(ZoneInfo(zone)).date(), language)
    return _("They agreed to be introduced to you on %(day)s.", day=day)


def _digest(subject: str, text: str, table: bytes, chosen: Chosen, enclosed: Sequence[Attachment]) -> str:
    """What makes two letters one: words, reader, items and enclosures. The PDF holds nothing else but its date."""
    parts: list[Any] = [
        subject,
        text,
        table.decode("utf-8"),
        chosen.address.strip().casefold(),
        chosen.reader,
        list(chosen.items),
        [[one.filename, hashlib.sha256(one.content).hexdigest()] for one in enclosed],
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:40]
