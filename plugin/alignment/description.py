"""Which of a requisition's texts is its description, as plain text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.records import JobPosting, Requisition
from ranking.requirement import plain_text, read_requirement

_EVERGREEN = re.compile(
    r"evergreen|talent\s*(?:pool|community)|オープンポジション|タレントプール|常時募集|通年募集", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Description:
    """Plain text, its first line the title; `source`: live_posting, posting, internal_posting, notes."""

    text: str
    source: str


def choose(requisition: Requisition, postings: Sequence[JobPosting]) -> Description | None:
    """Take the live external post, else the newest non-live one, else an internal one, else the job's own notes if a
    requirement parses from them; None when there is nothing to go by yet."""
    filled = [posting for posting in postings if plain_text(posting.content).strip()]
    newest = sorted(filled, key=lambda posting: (posting.updated_at, posting.id), reverse=True)
    ranked = (
        ("live_posting", [p for p in newest if p.live and not p.internal]),
        ("posting", [p for p in newest if not p.live and not p.internal]),
        ("internal_posting", [p for p in newest if p.internal]),
    )
    for source, found in ranked:
        if found:
            title = found[0].title or requisition.title
            return Description(_titled(title, plain_text(found[0].content)), source)
    notes = plain_text(requisition.notes).strip()
    if notes and _says_something(notes):
        return Description(_titled(requisition.title, notes), "notes")
    return None


def is_evergreen(requisition: Requisition) -> bool:
    """Say whether a requisition collects people for no particular role; no ATS marks these but by name."""
    return bool(_EVERGREEN.search(requisition.title))


def _titled(title: str, text: str) -> str:
    """The text with its title as the first line: many posts keep the title outside, and it is part of what is asked."""
    text = text.strip("\n")
    known = "".join(title.split())
    head = "".join(text[: len(title) * 2 + 200].split())
    return text if not known or known in head else f"{title.strip()}\n\n{text}"


def _says_something(notes: str) -> bool:
    """Whether notes ask for something: "TBD, see Slack" reads as a title and a tool, and asks for nothing."""
    found = read_requirement(notes)
    others = (found.years, found.japanese, found.english, found.pay, found.place, found.remote, found.employment)
    skills = (*found.must, *found.nice)
    asked = any(not skill.inferred for skill in skills) or len(skills) > 1
    stated = sum(1 for value in others if value is not None)
    return asked or stated > 1 or (stated == 1 and found.title is not None)
