"""A mail as an answer: what it is by its headers, what its writer said, and whether a person must look first.

Used by the job that reads mails and by `kakuyaku read-reply`; it knows no database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from plugin.scouting.headers import Nature, nature_of
from plugin.scouting.intent import MOST_TEXT, Intent, differs, read_intent
from plugin.scouting.mime import Incoming
from plugin.scouting.quoting import Cut, Ours, cut
from plugin.scouting.signs_of_no import STOPPED

_ANSWER = re.compile(r"^\s*(?:(?:re|fw|fwd|aw|sv|返信|回答|転送)(?:\[\d+\]|\(\d+\))?\s*[:：])", re.IGNORECASE)

_CLOCKS_APART = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a mail says. `intent.doubtful` means that a person decides."""

    nature: Nature
    cut: Cut
    intent: Intent


def read(
    mail: Incoming, ours: Ours | None = None, *, our_subject: str = "", received: datetime | None = None
) -> Reading:
    """Read a mail as an answer to one of ours (`ours`: what we know of it). "Next month" counts from `received`."""
    nature = nature_of(mail)
    taken_apart = cut(mail.text, ours)
    return Reading(nature, taken_apart, _intent(mail, nature, taken_apart, our_subject, _day(mail, received)))


def as_sent(letter: Incoming) -> Ours:
    """What is known of an answer's quotes when the letter is at hand as a mail."""
    addresses = {letter.from_address, *(address for address in letter.headers.get("reply-to", ()) if "@" in address)}
    return Ours(frozenset(addresses - {""}), frozenset({letter.from_name} - {""}), letter.text)


def _day(mail: Incoming, received: datetime | None) -> date | None:
    """The day it was for its writer: by their own clock, unless that is more than two days from ours."""
    if mail.date is None or received is None:
        return known.date() if (known := received or mail.date) is not None else None
    near = abs(mail.date - received) <= _CLOCKS_APART
    return (mail.date if near else received).date()


def _intent(mail: Incoming, nature: Nature, taken_apart: Cut, our_subject: str, today: date | None) -> Intent:
    title = "" if _ANSWER.match(mail.subject) or mail.subject == our_subject else mail.subject
    if STOPPED.match(title.strip().casefold()):
        # A mail program's unsubscribe button writes this, sometimes marked as automatic.
        return Intent("opt_out", (title.strip().casefold(),), opt_out=True)
    if nature.kind == "bounce":
        return Intent("bounce", (nature.why,))
    if nature.kind == "complaint":
        return Intent("opt_out", (nature.why,), opt_out=True)
    if nature.kind == "auto_reply" and nature.sure:
        return Intent("auto_reply", (nature.why,))
    said = read_intent(taken_apart.own, today)
    titled = read_intent(title, today) if title else said
    if titled.opt_out and not said.opt_out:
        said = replace(titled, doubtful=True, because="mixed") if said.kind == "interested" else titled
    elif not taken_apart.own and title and not taken_apart.quoted and titled.kind != "unclear":
        said = titled
    elif said.kind == "interested" and titled.kind in ("declined", "withdraw"):
        said = replace(said, doubtful=True, because="differs")
    if nature.kind == "auto_reply":
        if said.kind in ("unclear", "auto_reply"):
            return Intent("auto_reply", (nature.why,))
        return replace(said, doubtful=True, because=said.because or "automatic")
    if (mail.shortened or taken_apart.too_long or len(taken_apart.own) > MOST_TEXT) and not said.doubtful:
        return replace(said, doubtful=True, because="too_long")
    if mail.broken and not said.doubtful:
        return replace(said, doubtful=True, because="broken")
    if taken_apart.rest and not said.doubtful:
        below = read_intent(taken_apart.rest)
        if differs(said, below):
            return replace(said, doubtful=True, because="differs")
    return said
