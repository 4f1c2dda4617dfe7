"""Calibration people: made-up entries on which a manager decides, in an ATS whose jobs have no place for a decision.

They are no persons: every list of people and applications leaves them out, by address or tag.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

FIRST_NAME = "要件すり合わせ"
LAST_NAME = "kakuyaku"
TAG = "kakuyaku-calibration"
ADDRESS = "kakuyaku-calibration@example.invalid"
"""No mail can be delivered there (RFC 2606); the option `calibration_address` overrides it."""


def address(options: Mapping[str, str], requisition_id: str) -> str:
    """The address of a requisition's calibration person: ours, with the requisition's id as its plus part."""
    local, _, domain = base(options).rpartition("@")
    return f"{local}+{requisition_id}@{domain}"


def base(options: Mapping[str, str]) -> str:
    given = (options.get("calibration_address") or ADDRESS).strip()
    local, at, domain = given.rpartition("@")
    if not (local and at and domain):
        raise ValueError("the option calibration_address must be a mail address")
    return given


def requisition_of(options: Mapping[str, str], given: str) -> str:
    """The requisition a calibration person's address belongs to, "" for anybody else's address."""
    local, _, domain = base(options).casefold().rpartition("@")
    their_local, _, their_domain = given.strip().casefold().rpartition("@")
    start, plus, rest = their_local.partition("+")
    return rest if plus and (start, their_domain) == (local.partition("+")[0], domain) else ""


def is_ours(options: Mapping[str, str], addresses: Iterable[str], tags: Iterable[str] = ()) -> bool:
    """Say whether somebody with these addresses and tags is a calibration person."""
    tagged = any(tag.casefold() == TAG for tag in tags)
    return tagged or any(requisition_of(options, one) for one in addresses)
