"""A résumé or 職務経歴書 as one person: who it is taken from its words, and those words then left out of the text."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path, PurePath

from plugin.people_in.documents import ENDINGS, LARGEST, Unreadable, text_of
from plugin.people_in.records import Defaults, Incoming, SetAside, Unread, Unusable, digest, read_date, settled_basis
from plugin.people_in.who import who
from ranking.profiles import strip_banned
from ranking.values import Profile

READER = 1
"""Raise when the same file would now be read as other words: everybody is then read anew."""

_OLD_ENDINGS = ("doc", "xls", "rtf", "pages", "numbers")


def documents_in(folder: Path) -> list[Path]:
    """The documents of a folder and its subfolders, in a fixed order; what starts with a dot or ~ is nobody's résumé."""
    wanted = (*ENDINGS, *_OLD_ENDINGS)
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix.lower().lstrip(".") in wanted
        and not any(part.startswith((".", "~")) for part in path.relative_to(folder).parts)
    )


def read_documents(
    paths: Iterable[Path], folder: Path, defaults: Defaults, now: datetime
) -> Iterator[Unread | SetAside]:
    """Read documents one by one; each is opened for its words only if it isn't in yet."""
    for path in paths:
        place = str(path.relative_to(folder)) if path.is_relative_to(folder) else path.name
        try:
            if path.stat().st_size > LARGEST:
                raise Unreadable(f"the file is larger than {LARGEST // 1_000_000} MB: export it without pictures")
            content = path.read_bytes()
        except (OSError, Unreadable) as error:
            yield SetAside(place, f"the file can't be read ({error})" if isinstance(error, OSError) else str(error))
            continue
        yield Unread(place, document_digest(content, defaults), partial(read_document, place, content, defaults, now))


def read_document(place: str, content: bytes, defaults: Defaults, now: datetime) -> Incoming | SetAside:
    """Read one document into one person; what can't be read is set aside with the reason."""
    try:
        text = text_of(place, content)
    except Unreadable as error:
        return SetAside(place, str(error))
    return person_in(text, place, document_digest(content, defaults), defaults, now)


def document_digest(content: bytes, defaults: Defaults) -> str:
    """A document's digest, known before it is read."""
    return digest("document", READER, hashlib.sha256(content).hexdigest(), defaults)


def person_in(text: str, place: str, content: str, defaults: Defaults, now: datetime) -> Incoming | SetAside:
    """Take who it is out of a résumé's text, strip what is banned, and keep the rest as words about the person."""
    identity, rest = who(text, PurePath(place).stem)
    clean, stripped = strip_banned(rest)
    if not clean.strip():
        return SetAside(place, "nothing is said of the person's work")
    basis, basis_at = settled_basis(None, None, defaults)
    return Incoming(
        place=place,
        profile=Profile(id="", text=clean.strip()),
        identity=identity,
        content=content,
        contact_basis=basis,
        basis_at=basis_at,
        source=defaults.source,
        as_of=written_on(text, now) or defaults.as_of or basis_at,
        stripped=stripped,
    )


_SIGNED = re.compile(
    r"^(?:20\d\d|令和(?:元|\d{1,2}))\s*[年/.\-]\s*\d{1,2}\s*[月/.\-]\s*(?:\d{1,2}\s*日?)?\s*(?:現在|更新|作成)?$"
)
_HEAD = 12


def written_on(text: str, now: datetime) -> datetime | None:
    """The day a document says it was written: 「2026年4月1日現在」 on a line of its own among its first."""
    for line in text.split("\n")[:_HEAD]:
        said = unicodedata.normalize("NFKC", line).strip()
        if _SIGNED.match(said):
            try:
                return read_date(re.sub(r"\s*(?:現在|更新|作成)$", "", said), now)
            except Unusable:
                return None
    return None
