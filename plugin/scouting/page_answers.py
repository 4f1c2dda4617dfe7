"""Answers given on the candidate's own page: they take the same way as a mailed one, with our clock as time of receipt."""

from __future__ import annotations

from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.rows import Entry, Reply, Scout
from plugin.scouting.candidate_view import PAGE_INTENTS, left
from plugin.scouting.deciding import Detail, log_reply
from plugin.scouting.suppression import suppress
from plugin.sealing import Vault

ANSWERS = ("yes", "no", "stop")


class CannotAnswer(Exception):
    """This answer can't be taken here. `code`: not_sent, stopped."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def answer(session: Session, vault: Vault, scout: Scout, address_hash: str, said: str, *, reason: str = "") -> None:
    """Take a candidate's yes, no or stop; the same one twice is once. Does not commit.

    A no after a yes is a withdrawal, which a person hears of (R9). Raises `CannotAnswer`, ValueError for another word.
    """
    if said not in ANSWERS:
        raise ValueError(f"{said!r} is no answer; it is one of {', '.join(ANSWERS)}")
    # One answer to a letter at a time, so that a second press finds the first.
    scout = session.exec(select(Scout).where(col(Scout.id) == scout.key).with_for_update(key_share=True)).one()
    if not left(scout):
        raise CannotAnswer("not_sent")
    entry = session.exec(select(Entry).where(col(Entry.scout_id) == scout.key)).first()
    last = session.exec(
        select(Reply)
        .where(
            col(Reply.scout_id) == scout.key, col(Reply.state) == "decided", col(Reply.intent).in_(sorted(PAGE_INTENTS))
        )
        .order_by(col(Reply.received_at).desc(), col(Reply.id).desc())
        .limit(1)
    ).first()
    before = PAGE_INTENTS[last.intent] if last is not None else ""
    if said == "stop":
        suppress(session, vault, employer_id=scout.employer_id, address_hash=address_hash, reason="opt_out")
    if before == "stop" and said == "yes":
        raise CannotAnswer("stopped")
    standing = entry is not None and entry.state != "closed"
    if said == before and (said != "yes" or standing):
        return
    intent = {"yes": "interested", "no": "withdraw" if standing else "declined", "stop": "opt_out"}[said]
    log_reply(
        session,
        vault,
        scout,
        "page",
        "",
        intent,
        "candidate",
        now_of(session),
        detail=Detail(reason=reason) if intent == "declined" else None,
    )
