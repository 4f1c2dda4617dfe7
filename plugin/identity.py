"""Who a person is: sealed under a key of their own, found again by keyed hashes only."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.fernet import Fernet
from sqlmodel import Session, col, select

from plugin.rows import PersonKey, Profile
from plugin.sealing import Vault

_IN_CHUNK = 500  # well under SQLite's limit of bound parameters


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a person is. `name` as they write it; `industry` and `size` describe their employer when masked (R12)."""

    name: str
    kana: str = ""
    romaji: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    title: str = ""
    industry: str = ""
    size: str = ""
    employers: tuple[str, ...] = ()  # earlier ones, where known: masked in quotes like the present one
    company_number: str = ""  # 法人番号 of the present employer, where the source carries it
    zone: str = ""  # IANA name of where they live, where the source says so; "": the connection's
    # How to find them where letters are copied by hand: a member number, or the address of their page there.
    bizreach: str = ""
    linkedin: str = ""
    wantedly: str = ""

    @property
    def is_japanese(self) -> bool:
        return bool(re.search(r"[\u3040-\u30ff\u3400-\u9fff]", self.name))

    @property
    def family_name(self) -> str:
        """The family name: first in Japanese, last elsewhere; the whole name where it is one word."""
        parts = self.name.replace("\u3000", " ").split()
        if not parts:
            return ""
        return parts[0] if self.is_japanese else parts[-1]

    @property
    def given_name(self) -> str:
        parts = self.name.replace("\u3000", " ").split()
        if len(parts) < 2:
            return ""
        return " ".join(parts[1:]) if self.is_japanese else " ".join(parts[:-1])

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Identity:
        return cls(**{**data, "employers": tuple(data.get("employers", ()))})


# CJK compatibility ideographs (U+FA19 神, U+FA10 塚): NFC would put another form in their place.
_COMPATIBILITY = re.compile("([\uf900-\ufaff\U0002f800-\U0002fa1f])")


def as_written(name: str) -> str:
    """A name as its owner writes it, on one line: 髙, 﨑, variation selectors and compatibility forms stay.

    Only what is the same letter in two parts (か + ゛, e + ´) is joined.
    """
    one_line = " ".join(name.split())
    parts = _COMPATIBILITY.split(one_line)
    return "".join(part if _COMPATIBILITY.fullmatch(part) else unicodedata.normalize("NFC", part) for part in parts)


# Keyed hashes: how one finds a person without keeping their name.


def hash_phone(vault: Vault, employer_id: int, phone: str) -> str:
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", phone))
    # 090… and +81 90… are one number.
    digits = "0" + digits[2:] if digits.startswith("81") and len(digits) > 10 else digits
    return vault.hash(employer_id, "phone:" + digits) if digits else ""


def hash_name(vault: Vault, employer_id: int, name: str) -> str:
    plain = _fold(name)
    return vault.hash(employer_id, "name:" + plain) if plain else ""


_LEGAL_FORM = re.compile(
    r"株式会社|有限会社|合同会社|一般社団法人|\(株\)|\(有\)|\b(?:inc|ltd|llc|corp|corporation|company|co|k\.?k|gmbh|plc)\b\.?",
    re.IGNORECASE,
)


def fold_company(company: str) -> str:
    """A company's name as names are compared: legal forms don't distinguish (株式会社みほん and ㈱みほん are one)."""
    return _fold(_LEGAL_FORM.sub(" ", unicodedata.normalize("NFKC", company)).replace(",", " "))


def _fold(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(".・")


# Out of the store.


def identity_of(session: Session, vault: Vault, profile: Profile) -> Identity:
    """Who a stored person is. Raises `Erased` once their key is gone."""
    return Identity.from_json(vault.open_for(session, profile.employer_id, profile.profile_id, profile.sealed))


def identities(session: Session, vault: Vault, employer_id: int, profile_ids: Iterable[str]) -> dict[str, Identity]:
    """Who many people are, by profile id, in a few queries; those erased or unknown are absent."""
    wanted = list(profile_ids)
    keys = known_keys(session, vault, employer_id, wanted)
    return {
        row.profile_id: Identity.from_json(json.loads(keys[row.profile_id].decrypt(row.sealed)))
        for row in profiles_of(session, employer_id, wanted)
        if row.profile_id in keys
    }


def seal_many(session: Session, vault: Vault, employer_id: int, values: dict[str, Any]) -> dict[str, bytes]:
    """Seal one JSON value per person, each under that person's key; those whose key is gone are absent."""
    keys = known_keys(session, vault, employer_id, list(values))
    return {
        person: keys[person].encrypt(json.dumps(value, ensure_ascii=False).encode())
        for person, value in values.items()
        if person in keys
    }


def known_keys(session: Session, vault: Vault, employer_id: int, ids: Sequence[str]) -> dict[str, Fernet]:
    found: dict[str, Fernet] = {}
    for chunk in chunks(ids):
        rows = session.exec(
            select(PersonKey).where(col(PersonKey.employer_id) == employer_id, col(PersonKey.person).in_(chunk))
        )
        found |= {row.person: Fernet(vault.open(row.sealed)) for row in rows}
    return found


def profiles_of(session: Session, employer_id: int, ids: Sequence[str]) -> Iterator[Profile]:
    for chunk in chunks(ids):
        yield from session.exec(
            select(Profile).where(col(Profile.employer_id) == employer_id, col(Profile.profile_id).in_(chunk))
        ).all()


def chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _IN_CHUNK):
        yield ids[start : start + _IN_CHUNK]
