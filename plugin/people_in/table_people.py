"""One row of a table, read by a mapping, becomes one person."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime

from plugin.identity import Identity
from plugin.people_in.columns import LANGUAGES, TEXT, ColumnMapping, plain
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
from plugin.people_in.tables import Row, Table
from ranking.folding import fold
from ranking.places import LABELS, find_places
from ranking.profiles import check_id, strip_banned, too_long
from ranking.values import Profile


def read_rows(table: Table, mapping: ColumnMapping, defaults: Defaults, now: datetime) -> Iterator[Incoming | SetAside]:
    for row in table.rows():
        yield row if isinstance(row, SetAside) else read_row(row, mapping, defaults, now)


def read_row(row: Row, mapping: ColumnMapping, defaults: Defaults, now: datetime) -> Incoming | SetAside:
    """Read one row. What the law bans is not looked at, only counted; a bad cell sets the row aside."""
    place = f"line {row.line}"
    cells = {heading: value.strip() for heading, value in row.cells.items()}

    def said(meaning: str) -> str:
        return next((cells.get(heading, "") for heading in mapping.of(meaning)), "")

    try:
        profile_id = unicodedata.normalize("NFKC", said("id"))
        if profile_id:
            check_id(profile_id)
        basis, basis_at = settled_basis(
            read_basis(said("contact_basis")), read_date(said("consent_date"), now), defaults
        )
        as_of = read_date(said("as_of"), now) or basis_at or defaults.as_of
        address = read_address(said("email"))
        text, stripped = _text(cells, mapping, said("place"))
        headline, more = strip_banned(said("title"))
        if not text.strip() and not headline.strip():
            raise Unusable("nothing is said of the person's work: every column of words is empty")
        if why := too_long(text):
            raise Unusable(why)
    except ValueError as error:
        return SetAside(place, str(error), row.cells)
    stripped += more
    for heading, kind in mapping.banned.items():
        stripped[kind] += bool(cells.get(heading))
    language = LANGUAGES.get(said("language").casefold())
    kept = {heading: value for heading, value in cells.items() if heading in mapping.columns}
    return Incoming(
        place=place,
        profile=Profile(id=profile_id, text=text or headline, headline=headline),
        identity=Identity(
            name=said("name") or _joined(said("family_name"), said("given_name")),
            kana=said("kana") or _joined(said("family_kana"), said("given_kana")),
            romaji=said("romaji"),
            email=address,
            phone=unicodedata.normalize("NFKC", said("phone")),
            company=said("company"),
            title=headline,
            industry=said("industry"),
            size=said("size"),
        ),
        content=digest("row", kept, sorted(mapping.columns.items()), defaults),
        language=language,
        contact_basis=basis,
        basis_at=basis_at,
        source=said("source") or defaults.source,
        as_of=as_of,
        ats_candidate_id=said("ats_candidate_id"),
        stripped=Counter({kind: count for kind, count in stripped.items() if count}),
        raw=row.cells,
    )


def _joined(family: str, given: str) -> str:
    """Family and given name in the order of their script."""
    japanese = re.search(r"[\u3040-\u30ff\u3400-\u9fff]", family + given)
    return " ".join(part for part in ((family, given) if japanese else (given, family)) if part)


def _text(cells: Mapping[str, str], mapping: ColumnMapping, place: str) -> tuple[str, Counter[str]]:
    """The words about a person, each under its heading, as a résumé would have them."""
    parts: list[str] = []
    for heading in mapping.of(TEXT):
        value = cells.get(heading, "")
        if value:
            parts.append(labelled(heading, value))
    prefecture = prefecture_of(place)
    if prefecture:
        parts.append(labelled("居住地" if re.search(r"[\u3040-\u9fff]", place) else "Location", prefecture))
    return strip_banned("\n".join(parts))


def prefecture_of(address: str) -> str:
    """The prefecture of an address, in the address's script; nobody needs the street. "" where it can't be told."""
    found = find_places(fold(address).text)
    if not found:
        return ""
    ja, en = LABELS[found[0].code]
    return ja if re.search(r"[\u3040-\u30ff\u3400-\u9fff]", address) else en


_LONG = 80
_NUMBER = re.compile(r"[\d,]+(?:\.\d+)?")


def labelled(heading: str, value: str) -> str:
    """A value under its heading; a bare number gets the unit that its heading or its size gives."""
    label = re.sub(r"\s*[(（\[【][^)）\]】]*[)）\]】]\s*", "", heading).strip() or heading
    if _NUMBER.fullmatch(unicodedata.normalize("NFKC", value)):
        value = _with_unit(heading, unicodedata.normalize("NFKC", value))
    if "\n" in value or len(value) > _LONG:
        return f"■{label}\n{value}" if _japanese(label) else f"{label}:\n{value}"
    return f"{label}：{value}" if _japanese(label) else f"{label}: {value}"


def _with_unit(heading: str, number: str) -> str:
    amount = float(number.replace(",", ""))
    text = plain(heading)
    if re.search(r"年収|給与|salary|compensation|pay", text):
        in_man = re.search(r"万", heading) is not None or amount < 10_000
        return f"{number}万円" if in_man else (f"{number}円" if _japanese(heading) else f"JPY {number}")
    if re.search(r"年数|years", text):
        return f"{number}年" if _japanese(heading) else f"{number} years"
    return number


def _japanese(text: str) -> bool:
    return re.search(r"[\u3040-\u30ff\u3400-\u9fff]", text) is not None
