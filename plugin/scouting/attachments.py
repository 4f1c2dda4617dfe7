"""Files that come with a reply: which go into the ATS with the entry, and what people here may see of them.

What a file is, its first bytes say, not its name. Its bytes stay in the mail's own sealed Delivery until they stand in
the ATS. People see text alone, without what R9 bans; pictures are refused, a photograph being no business of ours.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlmodel import Session, col, select

from connectors.records import Attachment
from plugin.database import now_of
from plugin.people_in.documents import Unreadable, text_of
from plugin.rows import Delivery, Reply, ReplyFile
from plugin.scouting.file_kinds import PICTURES, kind_of
from plugin.scouting.mime import Attached, Incoming, attached_bytes, parse
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


def take_over(session: Session, vault: Vault, reply: Reply, mail: Incoming) -> None:
    """Write down what came with a reply and owe the previews. Does not commit."""
    found = [(one, _refused(one, number)) for number, one in enumerate(mail.attachments[: 2 * MOST_FILES])]
    for one, refused in found:
        session.add(
            ReplyFile(
                employer_id=reply.employer_id,
                reply_id=reply.key,
                place=one.place,
                type=one.kind,
                size=one.size,
                refused=refused,
                sealed_name=vault.seal_for(session, reply.employer_id, reply.person, withhold_links(one.name[:200])),
                created_at=now_of(session),
            )
        )
    if any(not refused for _one, refused in found):
        owe(
            session,
            "preview_files",
            str(reply.key),
            employer_id=reply.employer_id,
            connection_id=reply.connection_id,
            payload={"reply_id": reply.key},
        )


def _refused(file: Attached, number: int) -> str:
    """Why a file is not taken over, "" when it is."""
    if file.kind == "empty":
        return "empty"
    if file.size > LARGEST:
        return "too_large"
    if file.kind in PICTURES:
        return "picture"
    if file.kind in ("program", "macro", "encrypted"):
        return file.kind
    if file.kind not in TYPES:
        return "unknown_type"
    return "too_many" if number >= MOST_FILES else ""


# Previews: apart from the reading, so that no file can hold up a yes.


def preview_files(work: Work, claim: Claim) -> None:
    """Read what the files of a reply say, strip what R9 bans, and seal it for the page. Twice is once."""
    with work.reading() as session:
        reply = session.get_one(Reply, claim.payload["reply_id"])
        wanted = [row.place for row in _taken(session, reply) if row.sealed_preview is None]
        delivery = session.get(Delivery, reply.delivery_id) if reply.delivery_id is not None else None
    if not wanted or delivery is None or delivery.sealed_body is None:
        return
    mail = parse(open_delivery(work.vault, delivery)[1])
    previews = {one.place: _preview(attached_bytes(mail, one)) for one in mail.attachments if one.place in wanted}
    with work.finishing(claim) as session:
        for row in _taken(session, reply):
            if row.place in previews:
                text, row.removed = previews[row.place]
                try:
                    row.sealed_preview = work.vault.seal_for(session, reply.employer_id, reply.person, text)
                except Erased:
                    return  # erased meanwhile: nothing of it is kept
                session.add(row)


def _preview(content: bytes) -> tuple[str, int]:
    """What a file says, and how many banned facts were left out; nothing of a file that gives no text."""
    kind = kind_of(content)
    try:
        text = text_of(f"file.{_ENDINGS.get(kind, kind)}", content)
    except Unreadable as error:
        log.info("attachment_without_text", kind=kind, why=str(error))
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
        mail = parse(open_delivery(vault, delivery)[1])
    except (Erased, Park):
        return None
    found = next((one for one in mail.attachments if (one.place, one.kind) == (row.place, row.type)), None)
    if found is None:
        return None  # another version of the parser counts the parts of this mail differently
    content = attached_bytes(mail, found)
    stem = (name.rpartition(".")[0] or name).strip(" ./\\") or "attachment"
    return Attachment(f"{stem}.{_ENDINGS.get(row.type, row.type)}", content, TYPES[row.type], kind="other")


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
