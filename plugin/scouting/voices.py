"""Who speaks in a letter: the employer itself, an agency for its client, an operator on the employer's behalf.

The voice follows `Employer.mode` and stands in the scout from its drafting on; it decides which whole letters and which
legal block are used, and how the writer introduces themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from plugin.i18n import phrases
from plugin.policy import Policy
from plugin.scouting.facts import has_japanese

IN_HOUSE, AGENCY, OPERATOR = "in_house", "agency", "operator"
VOICES = (IN_HOUSE, AGENCY, OPERATOR)

_LEGAL_FORM = re.compile(r"株式会社|有限会社|合同会社|\b(?:inc|ltd|llc|corp|k\.?k)\b\.?,?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Speaker:
    """How a letter names who writes it: `sender` is the organisation that sends, `writer` the signature, and
    `introduction` both as one says them on the telephone (「株式会社みほんの佐藤」)."""

    sender: str
    writer: str
    introduction: str


def speaker(policy: Policy, voice: str, language: str, company: str) -> Speaker:
    """Who writes, in a letter's language. `company` is the employer as this letter may name it (`scouting.disclosure`)."""
    sender = company if voice == IN_HOUSE else (sending_party(policy, voice) or company)
    writer = writer_of(policy, language, sender)
    return Speaker(sender, writer, _introduced(writer, sender, language))


def sending_party(policy: Policy, voice: str) -> str:
    """The organisation a letter of an agency or an operator comes from, as its legal block names it."""
    return (policy.legal.entrusted_to if voice == OPERATOR else "") or policy.legal.sender


def writer_of(policy: Policy, language: str, sender: str) -> str:
    """The connection's sender name where it can be read in the letter's language, else the sender's recruiting team."""
    if reads(policy.from_name, language):
        return policy.from_name
    return phrases(language)("Recruiting Team, %(company)s", company=sender)


def reads(name: str, language: str) -> bool:
    """Whether a name can stand in a letter of this language as it is written."""
    return bool(name) and has_japanese(name) == (language == "ja")


def _introduced(writer: str, sender: str, language: str) -> str:
    """Put the organisation before the name unless the name says it already (みほん採用チーム of 株式会社みほん)."""
    core = "".join(_LEGAL_FORM.sub("", sender).split())
    if core and core in "".join(writer.split()):
        return writer
    return f"{sender}の{writer}" if language == "ja" else f"{writer}, {sender}"
