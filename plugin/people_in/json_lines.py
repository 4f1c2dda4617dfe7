"""People as JSON lines: one object a line, `id` and `text` at least."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from plugin.identity import Identity
from plugin.people_in.records import (
    Defaults,
    Incoming,
    SetAside,
    Unusable,
    digest,
    read_address,
    read_basis,
    read_date,
    settled_basis,
)
from ranking.profiles import read_profiles


def read_line(line: str, number: int, defaults: Defaults, now: datetime) -> Incoming | SetAside | None:
    """Read one line; None for an empty one."""
    place = f"line {number}"
    read = read_profiles([line])
    if read.errors:
        return SetAside(place, read.errors[0].message, line.rstrip("\n"))
    if not read.profiles:
        return None
    data: dict[str, Any] = json.loads(line)
    try:
        basis, basis_at = settled_basis(
            read_basis(_word(data, "contact_basis")), read_date(_word(data, "basis_at"), now), defaults
        )
        identity = Identity(
            name=_word(data, "name"),
            kana=_word(data, "kana"),
            romaji=_word(data, "romaji"),
            email=read_address(_word(data, "email")),
            phone=_word(data, "phone"),
            company=_word(data, "company"),
            title=_word(data, "title"),
            industry=_word(data, "industry"),
            size=_word(data, "size"),
            bizreach=_word(data, "bizreach"),
            linkedin=_word(data, "linkedin"),
            wantedly=_word(data, "wantedly"),
        )
        as_of = read_date(_word(data, "as_of"), now) or basis_at or defaults.as_of
    except Unusable as error:
        return SetAside(place, str(error), line.rstrip("\n"))
    said = _word(data, "language")
    return Incoming(
        place=place,
        profile=read.profiles[0],
        identity=identity,
        content=digest("json", data, defaults),
        language=said if said in ("ja", "en") else ("" if "language" in data else None),
        contact_basis=basis,
        basis_at=basis_at,
        source=_word(data, "source") or defaults.source,
        as_of=as_of,
        ats_candidate_id=_word(data, "ats_candidate_id"),
        stripped=read.stripped,
        raw=line.rstrip("\n"),
    )


def read_lines(lines: Iterator[str], defaults: Defaults, now: datetime) -> Iterator[Incoming | SetAside]:
    for number, line in enumerate(lines, start=1):
        found = read_line(line, number, defaults, now)
        if found is not None:
            yield found


def _word(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value.strip() if isinstance(value, str) else ""
