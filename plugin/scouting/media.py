"""The media a letter may take: mail, or a service whose members are written to by hand, because it has no door for us."""

from __future__ import annotations

from plugin.identity import Identity

MAIL = "mail"
BY_HAND = ("bizreach", "linkedin", "wantedly")
NAMES = {"bizreach": "BizReach", "linkedin": "LinkedIn", "wantedly": "Wantedly"}

ABOUT_MAIL = frozenset({"no_address", "workplace_address", "test_address"})
"""Reasons not to write that are about somebody's mail address; they forbid nothing where no mail is sent (R5)."""


def handle_of(person: Identity, medium: str) -> str:
    """How to find a person there; "" where that isn't known."""
    return str(getattr(person, medium)) if medium in BY_HAND else ""


def reachable_by(person: Identity) -> str:
    """The medium to write to a person by hand who can't be written to by mail; "" where there is none."""
    return next((medium for medium in BY_HAND if handle_of(person, medium)), "")


def ways_to(person: Identity) -> list[str]:
    """Everything that may stand for a person as `reach_of`, whatever the medium."""
    handles = [f"{medium}:{handle}" for medium in BY_HAND if (handle := handle_of(person, medium))]
    return ([person.email] if person.email else []) + handles


def reach_of(person: Identity, medium: str) -> str:
    """What stands for a person in look-ups and refusals: their mail address, else how they are found in that service."""
    return person.email or f"{medium}:{handle_of(person, medium)}"
