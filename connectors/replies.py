"""Asking in a note and reading the answer in a note, where an ATS has neither fields nor forms of ours on a job.

A calibration person's notes are the conversation: our asking note names the calibration, a later note of the manager's
may name a line. What was written is handed on as written; what it means is the plugin's to say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.records import ApprovalRequest, Said

_MARK = re.compile(r"\[kakuyaku:([^\]\s]{1,40})\]")
_REFERENCE = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{1,3}-[0-9]+(?![0-9])|\[[^\]]*\]|@\S+")
_LINE = re.compile(
    r"(?:approved?|承認(?:します|です)?|line|面接確約ライン|ライン)?\s*[:：は]?\s*"
    r"(?P<line>(?:[0-9]{1,3}|[〇零一二三四五六七八九十百]{1,5})\s*(?:点|points?|pts?)?)"
    r"(?:\s*(?:以上|or more|で(?:お願いします|承認します)?|please))?\s*[.。!！]?",
    re.IGNORECASE,
)
_SPECIFICATION = re.compile(
    r"(?:案\s*|specification\s+)?(?P<letter>[A-C])(?:\s*案)?(?:で(?:お願いします)?)?\s*[.。]?", re.I
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a note says: a line, or the letter of a specification; both "" for a note about something else."""

    line: str = ""
    specification: str = ""


def asking(request: ApprovalRequest, how: Said) -> str:
    """The note that asks: the manager's message, the page, how to answer in this ATS, and whose answer it is."""
    lines = [
        request.message,
        "",
        f"提案の面接確約ライン / Proposed line: {request.proposed_line}",
        request.url,
        "",
        how.ja,
        str(how),
        "",
        f"[kakuyaku:{request.calibration}]",
    ]
    return "\n".join(lines)


def asked_in(note: str) -> str:
    """The calibration an asking note is about, "" for any other note."""
    found = _MARK.search(note)
    return found[1] if found else ""


def read(note: str) -> Answer:
    """Read a manager's note. One that holds digits but is no plain line comes back as it stands, so that it is asked about.

    References (A-01), mentions and our own marks are no numbers.
    """
    text = unicodedata.normalize("NFKC", re.sub(r"<[^>]+>", " ", note)).strip()
    plain = _REFERENCE.sub(" ", text).strip()
    if found := _LINE.fullmatch(plain):
        return Answer(line=found["line"].strip())
    if found := _SPECIFICATION.fullmatch(plain):
        return Answer(specification=found["letter"].upper())
    return Answer(line=plain[:40]) if any(char.isdigit() for char in plain) else Answer()


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing said in the notes of a calibration person: in which note, by which user ("" for nobody known), what."""

    note_id: str
    user: str
    text: str
    at: datetime | None = None


def heard(remarks: Sequence[Remark], *, ours: str, mover: str, moved_at: datetime | None = None) -> tuple[str, Answer]:
    """Which calibration is asked about ("" for none), and what was answered since.

    Only a note of our own user asks: whoever copies one moves nothing. The answer is that of whoever decided
    (`mover`); where the ATS doesn't say who that was, of anybody but us. What was decided at `moved_at` answers no
    question that was asked after it.
    """
    asked, after, until = "", 0, len(remarks)
    for number, remark in enumerate(remarks):
        if remark.user == ours and (found := asked_in(remark.text)):
            if moved_at is not None and remark.at is not None and remark.at > moved_at:
                until = number
                break
            asked, after = found, number + 1
    answers = [
        remark.text
        for remark in remarks[after:until]
        if (remark.user == mover if mover else remark.user != ours) and not asked_in(remark.text)
    ]
    return asked, latest(answers)


def latest(notes: Iterable[str]) -> Answer:
    """The last note, oldest first, that says anything of a line or specification."""
    said = Answer()
    for note in notes:
        answer = read(note)
        said = answer if answer != Answer() else said
    return said
