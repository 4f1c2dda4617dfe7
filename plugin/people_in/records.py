"""What every reader gives: one person each, or why a record is set aside; and what the words of a table mean."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from plugin.identity import Identity
from ranking.values import Profile


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for a whole file where a record says nothing: source, basis, consent date, as of."""

    source: str = "import"
    contact_basis: str | None = None
    consent_at: datetime | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """One person on the way in. `profile.id` is "" where the record has no id of its own.

    None means "not said": an import that doesn't know something unsays nothing that is known. `place` is the line or
    the file as its owner finds it; `content` a digest of all the record says.
    """

    place: str
    profile: Profile
    identity: Identity
    content: str
    language: str | None = None
    contact_basis: str | None = None
    basis_at: datetime | None = None
    source: str = ""
    as_of: datetime | None = None
    ats_candidate_id: str = ""
    stripped: Counter[str] = field(default_factory=Counter)
    raw: Mapping[str, Any] | str = ""  # the record as it came, should it have to be set aside after all


@dataclass(frozen=True, slots=True)
class SetAside:
    """A record that can't be taken in, and why, in one sentence for who wrote it. `raw` is the record as it came."""

    place: str
    reason: str
    raw: Mapping[str, Any] | str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """A record whose digest is known before it is read: one that is in already is never opened (or fetched)."""

    place: str
    content: str
    read: Callable[[], Incoming | SetAside]


class Unusable(ValueError):
    """A record can't be taken in; the message says why and what to do."""


def digest(*parts: Any) -> str:
    """Digest what a record says together with what was assumed for it; a pure function of both."""
    told = json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


NEEDS_CONSENT = ("own_applicant", "referral")
"""Bases that hold only with the person's consent (R5), so only with the day it was given."""

BASIS_WORDS = {
    "own_applicant": ("own_applicant", "own applicant", "applicant", "自社応募", "自社応募者", "応募者", "応募"),
    "agency_registrant": ("agency_registrant", "agency registrant", "registrant", "人材紹介登録", "登録者", "登録"),
    "business_card": ("business_card", "business card", "名刺", "名刺交換"),
    "referral": ("referral", "リファラル", "社員紹介", "紹介"),
    "written_notice": ("written_notice", "written notice", "本人の書面", "書面", "書面同意", "本人書面"),
    "none": ("none", "no", "なし", "無し", "無"),
}
_BASIS = {word: basis for basis, words in BASIS_WORDS.items() for word in words}


def read_basis(text: str) -> str | None:
    """Read a contact basis in either language; None for nothing said. Raises `Unusable`."""
    said = unicodedata.normalize("NFKC", text).strip().casefold()
    if not said:
        return None
    if said not in _BASIS:
        known = ", ".join(basis for basis in BASIS_WORDS)
        raise Unusable(f'"{text.strip()[:30]}" is no contact basis; write one of {known}')
    return _BASIS[said]


_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_DATE = re.compile(
    r"(?:(?P<era>令和|平成|昭和)(?P<of>元|\d{1,2})|(?P<year>(?:19|20)\d\d))\s*[-/.年]\s*(?P<month>\d{1,2})"
    r"(?:\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?)?\s*月?(?:[T\s]\s*(?P<rest>\d{1,2}:\d.*))?$"
)


def read_date(text: str, now: datetime) -> datetime | None:
    """Read a day (year first, or a Japanese era), None for nothing said. Raises `Unusable`, also for the future."""
    said = unicodedata.normalize("NFKC", text).strip()
    if not said:
        return None
    found = _iso(said) or _written(said)
    if found is None:
        raise Unusable(f'"{said[:30]}" is no date we can read for certain; write it as 2026-03-31')
    if found.date() > now.date():
        raise Unusable(f"the date {found:%Y-%m-%d} lies in the future")
    return found


def _iso(said: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _written(said: str) -> datetime | None:
    found = _DATE.match(said)
    if found is None:
        return None
    year = (
        int(found["year"]) if found["year"] else _ERAS[found["era"]] + (1 if found["of"] == "元" else int(found["of"]))
    )
    try:
        return datetime(year, int(found["month"]), int(found["day"] or 1), tzinfo=UTC)
    except ValueError:
        return None


_ADDRESS = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")


def read_address(text: str) -> str:
    """Read a mail address, "" for nothing said. Raises `Unusable`."""
    said = unicodedata.normalize("NFKC", text).strip()
    if said and not _ADDRESS.fullmatch(said):
        raise Unusable("the mail address is none")
    return said


def settled_basis(
    basis: str | None, consent_at: datetime | None, defaults: Defaults
) -> tuple[str | None, datetime | None]:
    """The basis that holds and since when: the record's own, else the file's; one that needs consent needs its day."""
    basis = basis if basis is not None else defaults.contact_basis
    consent_at = consent_at or (defaults.consent_at if basis not in (None, "none") else None)
    if basis in NEEDS_CONSENT and consent_at is None:
        return "none", None
    return basis, consent_at
