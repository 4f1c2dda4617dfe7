"""Mails that came back (RFC 3464, and what servers that follow none write): which, and what that settles.

5.x.x about the address suppresses it for good. A full mailbox (5.2.2, 5.2.3), a mail too big (5.3.4) or a policy against the
sender (5.7.x) is not the address's fault: the mail counts as bounced, the person stays reachable. Any report about a
mail also settles what a lost SMTP answer had left `unknown`: it had left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.message import Message as EmailMessage

from sqlmodel import Session

from connectors.wording import without_addresses
from plugin.alignment.commitment import on_receipt_bounced
from plugin.events import record
from plugin.pipeline.owners import owner_id
from plugin.rows import Connection, Mail, Requisition, Scout
from plugin.scouting.matching import mail_of_id, match
from plugin.scouting.mime import Incoming, message_ids, part_text
from plugin.scouting.post import ABOUT_SOMEBODY
from plugin.scouting.settling import settle_unknown
from plugin.scouting.suppression import silence, suppress
from plugin.sealing import Vault
from plugin.tasks import open_task

_NOT_THE_ADDRESS = ("5.2.2", "5.2.3", "5.3.4", "5.7.")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_CODE = re.compile(r"\b([45]\d\d)[ \-]")


@dataclass(frozen=True, slots=True)
class Report:
    """What a report says of one mail of ours. `action`: failed, delayed, delivered, relayed, expanded."""

    action: str
    status: str
    original_id: str = ""
    words: str = ""

    @property
    def failed(self) -> bool:
        return self.action == "failed"

    @property
    def blames_the_address(self) -> bool:
        return self.failed and self.status.startswith("5.") and not self.status.startswith(_NOT_THE_ADDRESS)


def read_report(mail: Incoming) -> Report:
    """Read a bounce. Without a machine's report the words decide, and failure is assumed only if they say a 5xx."""
    original = next(
        (
            id
            for part in mail.parts
            if part.get_content_type() in ("message/rfc822", "text/rfc822-headers", "message/global")
            for id in _original_ids(part)
        ),
        "",
    )
    for part in mail.parts:
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            payload = part.get_payload()
            blocks = (
                [block for block in payload if isinstance(block, EmailMessage)] if isinstance(payload, list) else []
            )
            for block in blocks:
                action = str(block.get("Action", "")).strip().lower()
                if action:
                    status = _STATUS.search(str(block.get("Status", "")))
                    words = str(block.get("Diagnostic-Code", ""))
                    found = status.group(1) if status else ("5.0.0" if action == "failed" else "4.0.0")
                    return Report(action, found, original, without_addresses(" ".join(words.split())[:300]))
    status = _STATUS.search(mail.text)
    code = _CODE.search(mail.text)
    found = status.group(1) if status else (f"{code.group(1)[0]}.0.0" if code else "")
    told = original or next(iter((*mail.in_reply_to, *mail.references)), "") or _told_id(mail.text)
    if mail.header("x-failed-recipients") and not found:
        found = "5.0.0"
    return Report("failed" if found.startswith("5") else "delayed", found or "4.0.0", told)


def _original_ids(part: EmailMessage) -> tuple[str, ...]:
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], EmailMessage):
        return message_ids(str(payload[0].get("Message-ID", "")))
    return _ids_after_label(part_text(part))


def _told_id(text: str) -> str:
    return next(iter(_ids_after_label(text)), "")


def _ids_after_label(text: str) -> tuple[str, ...]:
    found = re.search(r"^[ >\t]*message-id:\s*(<[^<>\s]+>)", text, re.IGNORECASE | re.MULTILINE)
    return message_ids(found.group(1)) if found else ()


def find_returned(
    session: Session, vault: Vault, connection: Connection, mail: Incoming, report: Report, envelope: tuple[str, ...]
) -> tuple[Mail | None, Scout | None]:
    """The mail of ours a report is about: by the envelope's own address (VERP), then by its Message-ID."""
    found = match(session, vault, connection, mail, envelope=envelope)
    if found.how == "token":
        return found.mail, found.scout
    letter = mail_of_id(session, connection, report.original_id) or (found.mail if found.how == "references" else None)
    scout = session.get(Scout, letter.scout_id) if letter is not None and letter.scout_id is not None else None
    return letter, scout


def named_in(session: Session, connection: Connection, mail: Incoming) -> Mail | None:
    """The mail of ours whose Message-ID stands in a report's attached original."""
    return mail_of_id(session, connection, read_report(mail).original_id)


def take_back(
    session: Session, vault: Vault, connection: Connection, letter: Mail, scout: Scout | None, report: Report
) -> None:
    """Write down what a report settles. Twice is once; a delay after a failure changes nothing."""
    if not report.failed:
        settle_as_sent(session, letter)
        return
    if letter.state == "bounced":
        return
    unknown = settle_unknown(session, letter, delivered=False, by="clock")
    letter.state, letter.answer = "bounced", f"{report.status} {report.words}".strip()
    session.add(letter)
    if letter.kind == "follow_up":
        pass  # the letter it follows had arrived
    elif scout is not None and (unknown or scout.state in ("sent", "sending")):
        scout.state, scout.reason = "refused", "bounced"
        session.add(scout)
    subject, subject_id = ("scout", scout.key) if scout is not None else ("mail", letter.key)
    record(
        session,
        letter.employer_id,
        subject,
        subject_id,
        "bounced",
        actor="clock",
        mail=letter.key,
        status=report.status,
    )
    if letter.staff_id is None:
        if report.blames_the_address and letter.to_hash and letter.kind not in ABOUT_SOMEBODY:
            suppress(session, vault, employer_id=letter.employer_id, address_hash=letter.to_hash, reason="bounce")
        if letter.kind not in ("scout", "follow_up"):
            _tell(session, connection, letter, scout)
        return
    if letter.kind == "receipt" and not unknown:
        on_receipt_bounced(session, letter)
    _tell(session, connection, letter, scout)


def settle_as_sent(session: Session, letter: Mail | None) -> None:
    """An answer or a report came: what a lost SMTP answer had left unknown, had left."""
    if letter is not None and letter.state == "unknown":
        settle_unknown(session, letter, delivered=True, by="clock")


def complain(session: Session, vault: Vault, connection: Connection, letter: Mail, scout: Scout | None) -> None:
    """Somebody called a mail of ours spam (RFC 5965): never again."""
    if letter.to_hash and letter.staff_id is None and letter.kind not in ABOUT_SOMEBODY:
        suppress(session, vault, employer_id=letter.employer_id, address_hash=letter.to_hash, reason="complaint")
    if scout is not None and letter.staff_id is None:
        silence(session, vault, employer_id=scout.employer_id, profile_id=scout.profile_id, reason="complaint")
    settle_as_sent(session, letter)
    record(session, letter.employer_id, "mail", letter.key, "complained", actor="candidate")


def _tell(session: Session, connection: Connection, letter: Mail, scout: Scout | None) -> None:
    """A colleague or somebody who said yes did not get our mail: a person must reach them another way."""
    requisition = session.get(Requisition, scout.requisition_id) if scout is not None else None
    open_task(
        session,
        employer_id=letter.employer_id,
        connection_id=connection.key,
        kind="mail_bounced",
        name=str(letter.key),
        owner_id=owner_id(session, requisition) if requisition is not None else None,
        requisition_id=requisition.key if requisition is not None else None,
        subject="mail",
        subject_id=letter.key,
        facts={"kind": letter.kind, "status": letter.answer[:5]},
    )
