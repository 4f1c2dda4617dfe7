"""Encryption at rest and keyed hashes.

One `Vault` per process, built from the installation's Fernet keys (MultiFernet: the newest seals, all open). Personal
text is sealed under a key per person (`PersonKey`), itself sealed: deleting that row erases the text wherever it lies.
Hashes for looking people up are keyed (HMAC-SHA256) and bound to an employer, so that they say nothing outside it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.rows import PersonKey
from plugin.settings import Settings, WrongSetting


class Erased(Exception):
    """The key of this person is gone: what it sealed can't be read any more."""


class Vault:
    """Seals and opens bytes; hashes for look-ups."""

    def __init__(self, keys: Sequence[str]) -> None:
        try:
            opened = [Fernet(key.encode()) for key in keys]
            self._fernet, self._newest = MultiFernet(opened), opened[0]
        except ValueError:
            raise WrongSetting(
                "KAKUYAKU_SECRET_KEYS holds something that is not a Fernet key; make one with `kakuyaku settings --new-key`"
            ) from None
        # Look-ups must survive rotation: the oldest key (the last) keys the hashes, so keep it when rotating.
        self._hash_key = hashlib.sha256(b"kakuyaku look-up" + keys[-1].encode()).digest()
        self.ledger_key = hashlib.sha256(b"kakuyaku ledger" + keys[-1].encode()).digest()
        self.signing_key = hashlib.sha256(b"kakuyaku links" + keys[-1].encode()).hexdigest()

    def seal(self, data: bytes) -> bytes:
        return self._fernet.encrypt(data)

    def open(self, sealed: bytes) -> bytes:
        return self._fernet.decrypt(sealed)

    def rotate(self, sealed: bytes) -> bytes:
        """Seal again under the newest key."""
        return self._fernet.rotate(sealed)

    def sealed_under(self, sealed: bytes) -> Literal["newest", "older"] | None:
        """Under which of our keys something is sealed; None for none of them."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            try:
                self._fernet.decrypt(sealed)
            except InvalidToken:
                return None
            return "older"
        return "newest"

    def hash(self, employer_id: int, value: str) -> str:
        """Keyed hash of a normalised value (32 hex digits); empty stays empty."""
        if not value:
            return ""
        message = f"{employer_id}\0{value}".encode()
        return hmac.new(self._hash_key, message, hashlib.sha256).hexdigest()[:32]

    def hash_email(self, employer_id: int, address: str) -> str:
        return self.hash(employer_id, "mail:" + address.strip().casefold()) if address.strip() else ""

    def person(self, session: Session, employer_id: int, person: str, *, create: bool = True) -> Fernet:
        """The key of one person. Raises `Erased` when there is none and `create` is false."""
        row = session.exec(
            select(PersonKey).where(col(PersonKey.employer_id) == employer_id, col(PersonKey.person) == person)
        ).first()
        if row is None:
            if not create:
                raise Erased(person)
            # Two at once make one key: what either seals must open under the one that is kept.
            dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
            session.execute(
                dialect.insert(PersonKey)
                .values(
                    employer_id=employer_id,
                    person=person,
                    sealed=self.seal(Fernet.generate_key()),
                    created_at=now_of(session),
                )
                .on_conflict_do_nothing(index_elements=["employer_id", "person"])
            )
            row = session.exec(
                select(PersonKey).where(col(PersonKey.employer_id) == employer_id, col(PersonKey.person) == person)
            ).one()
        return Fernet(self.open(row.sealed))

    def seal_for(self, session: Session, employer_id: int, person: str, value: Any) -> bytes:
        """Seal JSON under a person's key ("" : the installation's)."""
        raw = json.dumps(value, ensure_ascii=False).encode()
        return self.person(session, employer_id, person).encrypt(raw) if person else self.seal(raw)

    def open_for(self, session: Session, employer_id: int, person: str, sealed: bytes) -> Any:
        """Open what `seal_for` sealed; `Erased` once the person's key is gone."""
        if not person:
            return json.loads(self.open(sealed))
        try:
            return json.loads(self.person(session, employer_id, person, create=False).decrypt(sealed))
        except InvalidToken as error:
            raise Erased(person) from error


def open_vault(settings: Settings) -> Vault:
    """The installation's vault; without configured keys one is made in the data folder, readable by its owner only."""
    given = settings.secret_keys.get_secret_value()
    if given:
        return Vault([key.strip() for key in given.split(",") if key.strip()])
    path = Path(settings.data_folder) / "keys.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with os.fdopen(handle, "wb") as file:
            file.write(Fernet.generate_key() + b"\n")
    keys = path.read_text().split()
    if not keys:
        raise WrongSetting(f"{path} is empty; restore it from your backup, what it sealed can't be read without it")
    return Vault(keys)


def token_digest(token: str) -> str:
    """What is kept of a token that acts: SHA-256 (hex). Tokens have ≥ 128 random bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
