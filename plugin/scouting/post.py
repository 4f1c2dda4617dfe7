"""Mails to staff and candidates that are no scouts: written once, queued, and owed to the mail server.

A mail's Message-ID and its address to come back to carry one token (128 random bits, no personal data): `token_of` and
`mail_of_token` lead from a bounce or an answer to its mail.
"""

from __future__ import annotations

import base64
import html as escaping
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from connectors.records import Attachment
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.policy import Policy
from plugin.rows import Commitment, Connection, Mail, Requisition, Staff
from plugin.scouting import disclosure
from plugin.scouting.leaks import leaks
from plugin.sealing import Vault
from plugin.tasks import open_task
from plugin.work.jobs import owe

_TOKYO = ZoneInfo("Asia/Tokyo")

ABOUT_SOMEBODY = frozenset({"recommendation"})
"""Kinds of mail that go to somebody else and are only sealed under a person's key: what becomes of their address is no
word of that person."""


def post(
    session: Session,
    vault: Vault,
    *,
    connection: Connection,
    kind: str,
    name: str,
    to: str,
    to_name: str = "",
    subject: str,
    text: str,
    html: str | None = None,
    language: str,
    staff_id: int | None = None,
    person: str = "",
    commitment_id: int | None = None,
    requisition: Requisition | None = None,
    reply_to: str | None = None,
    headers: Mapping[str, str] | None = None,
    attachments: Sequence[Attachment] = (),
    automatic: bool = True,
) -> int | None:
    """Queue a mail and owe its sending; return its id, or None when one of this name was posted before.

    A mail to a person that names an employer they may not be told of yet is held back instead, with a task: what it
    answers, a yes above all, must not be lost by that.

    `name` makes twice once within the employer. `person` (a profile id) seals it under that person's key; "" is staff
    mail under the installation's. A colleague's answer goes to the recruiter of `requisition` (else of the commitment's),
    or to the account's owner. `automatic`: no person wrote it. Does not commit. Raises ValueError without a recipient or without a sender address.
    """
    policy = policy_of(connection)
    if not policy.from_address:
        raise ValueError("the connection has no sender address; set one with `kakuyaku connect`")
    if not to.strip():
        raise ValueError(f"the mail {name} has no recipient")
    if reply_to is None and staff_id is not None:
        reply_to = answered_by(session, policy, staff_id, requisition, commitment_id)
    token = new_token()
    message_id = message_id_of(token, policy)
    message = build(
        policy,
        message_id=message_id,
        to=to,
        to_name=to_name,
        subject=subject,
        text=text,
        html=html,
        now=now_of(session),
        # RFC 3834: no mail program answers a mail that says nobody wrote it.
        headers={**({"Auto-Submitted": "auto-generated"} if automatic else {}), **(headers or {})},
        reply_to=reply_to,
        attachments=attachments,
    )
    leaked = bool(person and kind not in ABOUT_SOMEBODY) and bool(
        leaks(
            _parts(policy, subject, text, html, reply_to, headers, attachments),
            disclosure.unsaid_to(session, connection, person),
        )
    )
    values = {
        "employer_id": connection.employer_id,
        "connection_id": connection.key,
        "kind": kind,
        "name": mail_name(connection, name),
        "message_id": message_id,
        "person": person,
        "staff_id": staff_id,
        "to_hash": vault.hash_email(connection.employer_id, to),
        "sealed_to": vault.seal_for(
            session, connection.employer_id, person, {"to": to, "from": come_back(bounce_box(policy), token)}
        ),
        "sealed": vault.seal_for(session, connection.employer_id, person, message.as_bytes().decode("ascii")),
        "language": language,
        "state": "held" if leaked else "queued",
        "attempts": 0,
        "answer": disclosure.HELD if leaked else "",
        "commitment_id": commitment_id,
        "created_at": now_of(session),
    }
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    id = session.execute(
        dialect.insert(Mail).values(**values).on_conflict_do_nothing(index_elements=["name"]).returning(col(Mail.id))
    ).scalar_one_or_none()
    if id is not None and leaked:
        open_task(
            session,
            employer_id=connection.employer_id,
            connection_id=connection.key,
            kind="mail_leak",
            name=str(id),
            subject="mail",
            subject_id=id,
            due=now_of(session),
            facts={"kind": kind},
        )
    elif id is not None:
        owe(
            session,
            "send_mail",
            str(id),
            employer_id=connection.employer_id,
            connection_id=connection.key,
            payload={"mail_id": id},
        )
    return id


def _parts(
    policy: Policy,
    subject: str,
    text: str,
    html: str | None,
    reply_to: str | None,
    headers: Mapping[str, str] | None,
    attachments: Sequence[Attachment],
) -> dict[str, str]:
    """Every place of a mail where a name could stand, for `leaks`."""
    parts = {
        "subject": subject,
        "text": text,
        "html": html or "",
        "from_name": policy.from_name,
        "from_domain": policy.from_address.rpartition("@")[2],
        # The envelope's sender stands in the mail as it arrives (Return-Path).
        "reply_domain": f"{(reply_to or '').rpartition('@')[2]} {bounce_box(policy).rpartition('@')[2]}",
        "header": " ".join((headers or {}).values()),
    }
    for number, attached in enumerate(attachments):
        name = "calendar" if attached.media_type == "text/calendar" else "attachment"
        parts[f"{name}_name" if not number else f"{name}_name {number}"] = attached.filename
        # A calendar file folds its lines (RFC 5545 §3.1); letters in other files are read as far as they are text.
        words = attached.content.decode("utf-8", "ignore").replace("\r\n ", "")
        parts[name if not number else f"{name} {number}"] = words
    return parts


def answered_by(
    session: Session, policy: Policy, staff_id: int, requisition: Requisition | None, commitment_id: int | None
) -> str | None:
    """Where a colleague's answer to a mail of ours goes: a person, never the mailbox that reads candidates' answers."""
    if requisition is None and commitment_id is not None:
        commitment = session.get(Commitment, commitment_id)
        requisition = session.get(Requisition, commitment.requisition_id) if commitment is not None else None
    if requisition is not None and requisition.recruiter_id not in (None, staff_id):
        recruiter = session.get(Staff, requisition.recruiter_id)
        if recruiter is not None and recruiter.active and recruiter.email:
            return recruiter.email
    return next(iter(policy.owner_addresses), None)


def build(
    policy: Policy,
    *,
    message_id: str,
    to: str,
    to_name: str = "",
    subject: str,
    text: str,
    html: str | None = None,
    now: datetime,
    headers: Mapping[str, str] | None = None,
    reply_to: str | None = None,
    attachments: Sequence[Attachment] = (),
    from_name: str = "",
) -> EmailMessage:
    """Make one mail: text with its HTML twin, Date in Tokyo, nothing but ASCII on the wire."""
    message = EmailMessage(policy=SMTP)
    message["From"] = address_header(from_name or policy.from_name, policy.from_address)
    message["To"] = address_header(to_name, to)
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(now.astimezone(_TOKYO))
    message["Message-ID"] = message_id
    if reply_to:
        message["Reply-To"] = address_header("", reply_to)
    for key, value in (headers or {}).items():
        message[key] = value
    message.set_content(text, charset="utf-8", cte="base64")
    message.add_alternative(html if html is not None else as_html(text), subtype="html", charset="utf-8", cte="base64")
    for attached in attachments:
        maintype, _, subtype = attached.media_type.partition("/")
        message.add_attachment(
            attached.content,
            maintype=maintype,
            subtype=subtype or "octet-stream",
            filename=attached.filename,
            params={"charset": "utf-8"} if maintype == "text" else None,
        )
    return message


def address_header(name: str, address: str) -> Address:
    """A name and address fit for a header. Raises ValueError for an address that is none."""
    local, at, domain = address.strip().rpartition("@")
    if not at or not local or not domain or re.search(r"[\s<>\x00-\x1f]", address.strip()):
        raise ValueError("not a mail address")
    return Address(" ".join(name.split()), local, domain)


def reachable(address: str) -> bool:
    """Whether a typed address can be somebody's elsewhere: `suzuki@client` is fit for a header and reaches nobody."""
    try:
        domain = address_header("", address).domain
    except ValueError:
        return False
    return "." in domain.strip(".")


def mail_name(connection: Connection, name: str) -> str:
    """A mail's name as it is stored: nothing is one across employers (R11)."""
    return f"{connection.employer_id}:{name}"


def mail_named(session: Session, connection: Connection, name: str) -> Mail | None:
    """The mail that was posted under this name."""
    return session.exec(select(Mail).where(col(Mail.name) == mail_name(connection, name))).first()


def new_token() -> str:
    """128 random bits as lower-case base32: mail programs may change the case of an address."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=").lower()


def message_id_of(token: str, policy: Policy) -> str:
    return f"<{token}@{policy.from_address.rpartition('@')[2]}>"


def token_of(message_id: str) -> str:
    return message_id.strip().strip("<>").rpartition("@")[0].lower()


def mail_of_token(session: Session, connection: Connection, token: str) -> Mail | None:
    """The mail whose Message-ID, Reply-To or envelope carries this token."""
    if not re.fullmatch(r"[a-z2-7]{26}", token.lower()):
        return None
    return session.exec(
        select(Mail).where(
            col(Mail.message_id) == message_id_of(token.lower(), policy_of(connection)),
            col(Mail.employer_id) == connection.employer_id,
        )
    ).first()


def come_back(mailbox: str, token: str) -> str:
    """The plus address of a mailbox that leads back to one mail: `scout+TOKEN@example.com`."""
    local, _, domain = mailbox.rpartition("@")
    return f"{local}+{token}@{domain}"


def bounce_box(policy: Policy) -> str:
    """Where bounces go."""
    return policy.bounce_address or policy.from_address


def raw_of(session: Session, vault: Vault, mail: Mail) -> bytes:
    """The mail as it went out (RFC 5322). Raises `sealing.Erased` once the person's key is gone."""
    if mail.sealed is None:
        raise ValueError(f"mail {mail.id} has no text yet")
    text: str = vault.open_for(session, mail.employer_id, mail.person, mail.sealed)
    return text.encode("ascii")


def envelope_of(session: Session, vault: Vault, mail: Mail) -> tuple[str, str]:
    """(envelope sender, recipient) of a mail. Raises `sealing.Erased` once the person's key is gone."""
    found: dict[str, str] = vault.open_for(session, mail.employer_id, mail.person, mail.sealed_to)
    return found["from"], found["to"]


_LINK = re.compile(r"https?://[^\s<>\"'）)」、。]+")


def as_html(text: str) -> str:
    """The same words as HTML: paragraphs, line breaks, links. Nothing is loaded from anywhere."""
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        parts, last = [], 0
        for link in _LINK.finditer(paragraph):
            parts.append(escaping.escape(paragraph[last : link.start()]))
            url = escaping.escape(link[0])
            parts.append(f'<a href="{url}">{url}</a>')
            last = link.end()
        parts.append(escaping.escape(paragraph[last:]))
        paragraphs.append("<p>" + "".join(parts).replace("\n", "<br>\n") + "</p>")
    return (
        '<!doctype html><html><head><meta charset="utf-8"></head>'
        '<body style="font-family:sans-serif;line-height:1.7;max-width:40em">\n'
        + "\n".join(paragraphs)
        + "\n</body></html>\n"
    )
