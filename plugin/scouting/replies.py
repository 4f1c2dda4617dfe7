"""Replies: what came back is matched, read, and acted on once, or put before a person with an owner and a clock (R4).

`read_mail` is the job a mail's arrival owes. A person's word on the triage page (`deciding.decide_reply`), an answer by
phone, LINE or another medium (`deciding.log_reply`) and a mail all end in `consequences.act`. An opt-out counts at once,
however it was matched. Read next: `circumstances` (may it be acted on), `written_down` (its row).
"""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.rows import Connection, Delivery, Reply
from plugin.scouting import attachments, bounces, synthetic
from plugin.scouting.circumstances import weigh
from plugin.scouting.consequences import act, ask, ask_about_data, never_again
from plugin.scouting.deciding import DECIDABLE, MEDIA, CannotDecide, decide_reply, log_reply
from plugin.scouting.matching import Match, match
from plugin.scouting.mime import Incoming, parse
from plugin.scouting.post import come_back, raw_of
from plugin.scouting.quoting import Ours
from plugin.scouting.reading import read
from plugin.scouting.written_down import came_before, report, same_mail, write_down
from plugin.sealing import Erased, Vault
from plugin.work.context import Work
from plugin.work.deliveries import open_delivery
from plugin.work.jobs import Claim

__all__ = [
    "DECIDABLE",
    "MEDIA",
    "CannotDecide",
    "decide_reply",
    "log_reply",
    "ours_of",
    "read_mail",
    "take_in",
]


def read_mail(work: Work, claim: Claim) -> None:
    """Read one mail that came in. A second run finds its own reply and changes nothing. Raises `Park` without bytes."""
    with work.reading() as session:
        delivery = session.get_one(Delivery, claim.payload["delivery_id"])
    headers, body = open_delivery(work.vault, delivery)
    mail = parse(body)
    with work.finishing(claim) as session:
        take_in(session, work.vault, delivery, headers, mail)


def take_in(
    session: Session, vault: Vault, delivery: Delivery, headers: Mapping[str, str], mail: Incoming
) -> Reply | None:
    """Write a mail down as a reply and act on it; None for reports and for a mail that came before. Does not commit."""
    # One mail of a connection at a time, so that the same mail by two doors is seen to be the same
    # (SQLite writes one at a time anyway; NO KEY UPDATE leaves others free to refer to the row).
    connection = session.exec(
        select(Connection).where(col(Connection.id) == delivery.connection_id).with_for_update(key_share=True)
    ).one()
    if session.exec(select(Reply.id).where(col(Reply.delivery_id) == delivery.key)).first() is not None:
        return None
    envelope = tuple(address for address in (headers.get("x-kakuyaku-recipient", "").lower(),) if address)
    if synthetic.land(session, vault, connection, delivery, mail, envelope):
        return None
    found = match(session, vault, connection, mail, envelope=envelope)
    # "Next month" counts from the day it was received where they live, not from the day it is read.
    received = delivery.received_at.astimezone(ZoneInfo(policy_of(connection).zone))
    reading = read(mail, ours_of(session, vault, connection, found), our_subject="", received=received)
    digest = same_mail(vault, connection, mail, reading)
    if digest and came_before(session, connection, digest):
        return None
    if reading.nature.kind in ("bounce", "complaint"):
        return report(session, vault, connection, mail, reading, envelope, delivery, digest)
    if (
        found.how == "none"
        and reading.nature.kind == "auto_reply"
        and reading.nature.sure
        and not reading.intent.opt_out
    ):
        return None  # a machine's answer to nothing of ours
    # By its sender alone a mail answers nothing for certain: they may have written of their own accord.
    if found.how in ("token", "references") and (reading.nature.kind == "human" or not reading.nature.sure):
        bounces.settle_as_sent(session, found.mail)
    weighed = weigh(session, vault, connection, found, reading, mail, delivery.received_at)
    reply = write_down(session, vault, connection, found, reading, weighed, delivery, digest, mail)
    attachments.take_over(session, vault, reply, mail)
    if reading.intent.opt_out:
        never_again(session, vault, connection, mail.from_address, found.mail, found.scout)
    if reply.wants_erasure:
        ask_about_data(session, connection, reply, found.scout)
    if reply.state == "decided":
        act(session, vault, connection, reply, found.scout, by="rules")
    elif reply.state == "triage":
        ask(session, connection, reply, found.scout, weighed)
    return reply


def ours_of(session: Session, vault: Vault, connection: Connection, found: Match) -> Ours:
    """What we know of the mail being answered: addresses and names of ours, and its text while it can be read."""
    policy = policy_of(connection)
    addresses = {policy.from_address, policy.bounce_address}
    if found.scout is not None and policy.from_address:
        addresses.add(come_back(policy.from_address, found.scout.reply_token))
    names = {policy.from_name, policy.company_ja, policy.company_en, policy.legal.sender}
    text = ""
    if found.mail is not None and found.mail.sealed is not None:
        try:
            text = parse(raw_of(session, vault, found.mail)).text
        except Erased:
            text = ""  # the person was erased; their answer is read without our letter beside it
    return Ours(
        frozenset(address.lower() for address in addresses if address), frozenset(name for name in names if name), text
    )
