"""Files that come with a reply: which go into the ATS with the entry, and what people here may see of them.

What a file is, its first bytes say, not its name. Its bytes stay in the mail's own sealed Delivery until they stand in
the ATS. People see text alone, without what R9 bans; pictures are refused, a photograph being no business of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message as EmailMessage

import structlog
from sqlmodel import Session, col, select

from connectors.records import Attachment
from plugin.database import now_of
from plugin.people_in.documents import Unreadable, text_of
from plugin.rows import Delivery, Reply, ReplyFile
from plugin.scouting.file_kinds import PICTURES, kind_of
from plugin.scouting.mime import Incoming, decode_header, parse
from plugin.scouting.withholding import withhold_links
from plugin.sealing import Erased, Vault
from plugin.work.context import Work
from plugin.work.deliveries import open_delivery
from plugin.work.jobs import Claim, Park, owe
from ranking.protected import strip_banned

log = structlog.get_logger(__name__)

MOST_FILES = 10
LARGEST = 10_000_000
"""Bytes of one file; Greenhouse and others refuse much more."""
PREVIEW = 20_000
"""Characters of a file that people are shown."""

TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "doc": "application/msword",
    "rtf": "application/rtf",
    "text": "text/plain",
}
"""What is taken over, by what the file is (`file_kinds`)."""
REFUSALS = ("empty", "too_large", "picture", "program", "macro", "encrypted", "unknown_type", "too_many")
_ENDINGS = {"text": "txt"}


@dataclass(frozen=True, slots=True)
class Came:
    """One file of a mail: its name as sent, its bytes, what they are, and why it is refused ("" when it isn't)."""

    name: str
    content: bytes
    type: str
    refused: str


def take_over(session: Session, vault: Vault, reply: Reply, mail: Incoming) -> None:
    """Write down what came with a reply and owe the previews. Does not commit."""
    found = files_of(mail)
    for place, one in enumerate(found):
        session.add(
            ReplyFile(
                employer_id=reply.employer_id,
                reply_id=reply.key,
                place=place,
                type=one.type,
                size=len(one.content),
                refused=one.refused,
                sealed_name=vault.seal_for(session, reply.employer_id, reply.person, withhold_links(one.name)),
                created_at=now_of(session),
            )
        )
    if any(not one.refused for one in found):
        owe(
            session,
            "preview_files",
            str(reply.key),
            employer_id=reply.employer_id,
            connection_id=reply.connection_id,
            payload={"reply_id": reply.key},
        )


def files_of(mail: Incoming) -> list[Came]:
    """The files of a mail, in order: what each is by its first bytes, and why it is refused ("" when it isn't)."""
    found: list[Came] = []
    for part in mail.parts:
        name = part.get_filename()
        if part.is_multipart() or not (name or part.get_content_disposition() == "attachment"):
            continue
        if part.get_content_maintype() == "image" and part.get("Content-ID"):
            continue  # a signature's logo
        content = _content(part)
        kind = kind_of(content)
        found.append(Came(decode_header(name or "")[:200], content, kind, _refused(content, kind, len(found))))
    return found[: 2 * MOST_FILES]


def _refused(content: bytes, kind: str, place: int) -> str:
    """Why a file is not taken over, "" when it is."""
    if kind == "empty":
        return "empty"
    if len(content) > LARGEST:
        return "too_large"
    if kind in PICTURES:
        return "picture"
    if kind in ("program", "macro", "encrypted"):
        return kind
    if kind not in TYPES:
        return "unknown_type"
    return "too_many" if place >= MOST_FILES else ""


def _content(part: EmailMessage) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


# Previews: apart from the reading, so that no file can hold up a yes.


def preview_files(work: Work, claim: Claim) -> None:
    """Read what the files of a reply say, strip what R9 bans, and seal it for the page. Twice is once."""
    with work.reading() as session:
        reply = session.get_one(Reply, claim.payload["reply_id"])
        wanted = [row.place for row in _taken(session, reply) if row.sealed_preview is None]
        delivery = session.get(Delivery, reply.delivery_id) if reply.delivery_id is not None else None
    if not wanted or delivery is None or delivery.sealed_body is None:
        return
    found = files_of(parse(open_delivery(work.vault, delivery)[1]))
    previews = {place: _preview(found[place]) for place in wanted if place < len(found)}
    with work.finishing(claim) as session:
        for row in _taken(session, reply):
            if row.place in previews:
                text, row.removed = previews[row.place]
                try:
                    row.sealed_preview = work.vault.seal_for(session, reply.employer_id, reply.person, text)
                except Erased:
                    return  # erased meanwhile: nothing of it is kept
                session.add(row)


def _preview(came: Came) -> tuple[str, int]:
    """What a file says, and how many banned facts were left out. A file that gives no text says why."""
    try:
        text = text_of(f"file.{_ENDINGS.get(came.type, came.type)}", came.content)
    except Unreadable as error:
        log.info("attachment_without_text", type=came.type, why=str(error))
        return "", 0
    kept, removed = strip_banned(withhold_links(text))
    return kept[:PREVIEW], sum(removed.values())


# Into the ATS.


def waiting_for_ats(session: Session, scout_id: int) -> list[ReplyFile]:
    """The files of a scout's replies that belong into the ATS and don't stand there yet."""
    return list(
        session.exec(
            select(ReplyFile)
            .join(Reply, col(Reply.id) == col(ReplyFile.reply_id))
            .where(
                col(Reply.scout_id) == scout_id,
                col(Reply.state) == "decided",
                col(ReplyFile.refused) == "",
                col(ReplyFile.attached_at).is_(None),
            )
            .order_by(col(ReplyFile.id))
        )
    )


def as_attachment(session: Session, vault: Vault, row: ReplyFile) -> Attachment | None:
    """A file as it goes into the ATS; None once its bytes were dropped or its person erased."""
    reply = session.get_one(Reply, row.reply_id)
    delivery = session.get(Delivery, reply.delivery_id) if reply.delivery_id is not None else None
    if delivery is None:
        return None
    try:
        name = str(vault.open_for(session, row.employer_id, reply.person, row.sealed_name))
        found = files_of(parse(open_delivery(vault, delivery)[1]))
    except (Erased, Park):
        return None
    if row.place >= len(found) or found[row.place].type != row.type:
        return None
    stem = (name.rpartition(".")[0] or name).strip(" ./\\") or "attachment"
    return Attachment(
        f"{stem}.{_ENDINGS.get(row.type, row.type)}", found[row.place].content, TYPES[row.type], kind="other"
    )


def keep_bytes(session: Session, scout_id: int, until: datetime) -> None:
    """Keep the bytes of files that wait for the ATS as long as their entry is held, and a week more."""
    for row in waiting_for_ats(session, scout_id):
        reply = session.get_one(Reply, row.reply_id)
        delivery = session.get(Delivery, reply.delivery_id) if reply.delivery_id is not None else None
        if delivery is not None and delivery.sealed_body is not None:
            delivery.expires_at = max(delivery.expires_at, until + timedelta(days=7))
            session.add(delivery)


def attached(session: Session, row_id: int) -> None:
    """Remember that a file stands in the ATS."""
    row = session.get_one(ReplyFile, row_id)
    row.attached_at = row.attached_at or now_of(session)
    session.add(row)


def _taken(session: Session, reply: Reply) -> list[ReplyFile]:
    query = select(ReplyFile).where(col(ReplyFile.reply_id) == reply.key, col(ReplyFile.refused) == "")
    return list(session.exec(query.order_by(col(ReplyFile.place))))
