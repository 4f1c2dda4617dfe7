"""Which of the records on the way in are one person, among themselves and with people who are there already.

The same id, the same candidate in the ATS, the same mail address, or the same name with the same telephone number is
the same person; the record that was true last stands, and what it leaves open is filled from the other.
"""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime

from sqlmodel import Session, col, select

from plugin.identity import Identity, chunks, hash_name, hash_phone, identities
from plugin.people_in.records import Incoming
from plugin.rows import Profile
from plugin.sealing import Vault

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Fold:
    """A record that was found to be somebody else's: which, and by what (id, ats, address, name_phone, bytes)."""

    place: str
    by: str
    newer: bool


@dataclass(slots=True)
class Seat:
    """One person of a batch: the record that stands, the records that led here, what the store knows of them."""

    profile_id: str
    record: Incoming | None  # None: everything that came is older than what is known
    known: Profile | None
    contents: list[str]


@dataclass(frozen=True, slots=True)
class Folded:
    """What a batch comes to. `strangers`: records under somebody else's mail address, with the reason."""

    seats: list[Seat]
    folds: list[Fold]
    strangers: list[tuple[Incoming, str]]


def fold(session: Session, vault: Vault, employer_id: int, batch: Sequence[Incoming]) -> Folded:
    """Find who of a batch is one person. Reads only; ids are made for people nobody knows yet."""
    return _Folding(session, vault, employer_id, batch).run()


class _Folding:
    def __init__(self, session: Session, vault: Vault, employer_id: int, batch: Sequence[Incoming]) -> None:
        self._vault, self._employer_id, self._batch = vault, employer_id, batch
        self._seats: dict[str, Seat] = {}
        self._found: dict[tuple[str, str], str] = {}  # a key of a person → profile id
        self._folds: list[Fold] = []
        self._strangers: list[tuple[Incoming, str]] = []
        self._keys = [self._keys_of(one) for one in batch]
        known = self._load(session)
        self._who = identities(session, vault, employer_id, list(known))
        self._known = known

    def run(self) -> Folded:
        for one, keys in zip(self._batch, self._keys, strict=True):
            by, profile_id = self._match(one, keys)
            if profile_id and by == "address" and self._differs(one, profile_id):
                self._strangers.append(
                    (one, "the mail address belongs to somebody of another name already: correct one of the two")
                )
                continue
            if not profile_id:
                profile_id = one.profile.id or f"p-{secrets.token_hex(10)}"
            self._seat(one, keys, profile_id, by)
        return Folded(list(self._seats.values()), self._folds, self._strangers)

    def _keys_of(self, one: Incoming) -> dict[str, str]:
        """What a person is known by, strongest first."""
        name = hash_name(self._vault, self._employer_id, one.identity.name)
        phone = hash_phone(self._vault, self._employer_id, one.identity.phone)
        keys = {
            "id": one.profile.id,
            "ats": one.ats_candidate_id,
            "address": self._vault.hash_email(self._employer_id, one.identity.email),
            "name_phone": f"{name} {phone}" if name and phone else "",
        }
        return {by: key for by, key in keys.items() if key}

    def _load(self, session: Session) -> dict[str, Profile]:
        """Everybody in the store who shares a key with the batch."""
        columns = {
            "id": Profile.profile_id,
            "ats": Profile.ats_candidate_id,
            "address": Profile.email_hash,
            "name_phone": Profile.phone_hash,
        }
        known: dict[str, Profile] = {}
        for by, column in columns.items():
            wanted = {
                (keys[by].split(" ")[-1] if by == "name_phone" else keys[by]) for keys in self._keys if by in keys
            }  # of name and phone: the phone
            for chunk in chunks(sorted(wanted)):
                for row in session.exec(
                    select(Profile)
                    .where(col(Profile.employer_id) == self._employer_id, col(column).in_(chunk))
                    .order_by(col(Profile.id))
                ):
                    known[row.profile_id] = row
        for row in known.values():
            for by, key in (
                ("id", row.profile_id),
                ("ats", row.ats_candidate_id),
                ("address", row.email_hash),
                ("name_phone", f"{row.name_hash} {row.phone_hash}" if row.name_hash and row.phone_hash else ""),
            ):
                if key:
                    self._found.setdefault((by, key), row.profile_id)
        return known

    def _match(self, one: Incoming, keys: dict[str, str]) -> tuple[str, str]:
        found = {by: id for by, key in keys.items() if (id := self._found.get((by, key)))}
        # Two numbers for one mailbox are one person: the address wins, or they would be written to twice.
        for by in ("address", "id", "ats", "name_phone"):
            if by in found and not (by == "name_phone" and self._told_apart(one, found[by])):
                return ("id" if found.get("id") == found[by] else by), found[by]
        return "", ""

    def _told_apart(self, one: Incoming, profile_id: str) -> bool:
        """Whether a file keeps two people of one name and number apart: by id and by mail address."""
        other = self._identity(profile_id)
        return bool(
            one.profile.id
            and one.profile.id != profile_id
            and one.identity.email
            and other.email
            and one.identity.email.casefold() != other.email.casefold()
        )

    def _differs(self, one: Incoming, profile_id: str) -> bool:
        return _other_person(one.identity, self._identity(profile_id))

    def _identity(self, profile_id: str) -> Identity:
        seat = self._seats.get(profile_id)
        if seat is not None and seat.record is not None:
            return seat.record.identity
        return self._who.get(profile_id, Identity(name=""))

    def _seat(self, one: Incoming, keys: dict[str, str], profile_id: str, by: str) -> None:
        seat = self._seats.get(profile_id)
        known = self._known.get(profile_id)
        if seat is None:
            seat = self._seats[profile_id] = Seat(profile_id, None, known, [])
            standing = known.as_of if known is not None else None
            newer = known is None or (one.as_of or _NEVER) >= (standing or _NEVER)
            if newer:
                seat.record = self._over_known(one, known, profile_id)
        else:
            before = seat.record
            standing = before.as_of if before is not None else (known.as_of if known is not None else None)
            newer = (one.as_of or _NEVER) >= (standing or _NEVER)
            if newer:
                seat.record = _filled(one, before) if before is not None else self._over_known(one, known, profile_id)
            elif before is not None:
                seat.record = _filled(before, one)
        seat.contents.append(one.content)
        for kind, key in keys.items():
            self._found.setdefault((kind, key), profile_id)
        if by and (by != "id" or len(seat.contents) > 1):
            self._folds.append(Fold(one.place, by, newer))

    def _over_known(self, one: Incoming, known: Profile | None, profile_id: str) -> Incoming:
        if known is None:
            return one
        before = self._who.get(profile_id)
        said = one.contact_basis is not None
        return replace(
            one,
            identity=_completed(one.identity, before) if before is not None else one.identity,
            language=one.language if one.language is not None else (known.language or None),
            contact_basis=one.contact_basis if said else known.contact_basis,
            basis_at=one.basis_at if said else known.basis_at,
            as_of=one.as_of or known.as_of,
            ats_candidate_id=one.ats_candidate_id or known.ats_candidate_id,
        )


def _filled(newer: Incoming, older: Incoming) -> Incoming:
    said = newer.contact_basis is not None
    return replace(
        newer,
        identity=_completed(newer.identity, older.identity),
        language=newer.language if newer.language is not None else older.language,
        contact_basis=newer.contact_basis if said else older.contact_basis,
        basis_at=newer.basis_at if said else older.basis_at,
        as_of=newer.as_of or older.as_of,
        ats_candidate_id=newer.ats_candidate_id or older.ats_candidate_id,
    )


def _completed(identity: Identity, older: Identity) -> Identity:
    """An identity whose gaps are filled; an earlier company is remembered, so that it is masked in quotes too."""
    values = {
        each.name: getattr(identity, each.name) or getattr(older, each.name)
        for each in fields(Identity)
        if each.name != "employers"
    }
    earlier = [*identity.employers, *older.employers, older.company]
    employers = tuple(dict.fromkeys(name for name in earlier if name and name != values["company"]))
    return Identity(**values, employers=employers)


def _other_person(one: Identity, other: Identity) -> bool:
    """Whether two names of one mailbox can't be one person's.

    Names in different scripts say nothing. A name in common is the given one: 佐藤 花子 may have become 鈴木 花子, but
    鈴木 太郎 and 鈴木 花子 are two people with one family mailbox.
    """
    pairs = ((one.name, other.name), (one.kana, other.kana), (one.romaji, other.romaji))
    comparable = [(Identity(a), Identity(b)) for a, b in pairs if a and b and _script(a) == _script(b)]
    return bool(comparable) and not any(_akin(a, b) for a, b in comparable)


def _akin(one: Identity, other: Identity) -> bool:
    mine, theirs = _squashed(one.name), _squashed(other.name)
    if mine.startswith(theirs) or theirs.startswith(mine) or _parts(one.name) == _parts(other.name):
        return True
    given = (_squashed(one.given_name), _squashed(other.given_name))
    return bool(given[0] and given[0] in theirs) or bool(given[1] and given[1] in mine)


def _script(name: str) -> str:
    if re.search(r"[\u3400-\u9fff]", name):
        return "kanji"
    return "kana" if re.search(r"[\u3040-\u30ff\uff66-\uff9f]", name) else "other"


def _squashed(name: str) -> str:
    return "".join(re.findall(r"[^\s・.,]+", unicodedata.normalize("NFKC", name).casefold()))


def _parts(name: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\s・.,]+", unicodedata.normalize("NFKC", name).casefold()))


def said(fold: Fold) -> str:
    """Say of a fold, in a few words, what was found."""
    same = {
        "id": "same id",
        "ats": "same candidate in the ATS",
        "address": "same mail address",
        "name_phone": "same name and telephone",
        "bytes": "the same, word for word",
    }
    return f"{fold.place}: {same[fold.by]} as somebody before; {'newer, so it stands' if fold.newer else 'not newer'}"
