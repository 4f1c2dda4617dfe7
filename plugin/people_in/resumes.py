"""A résumé or 職務経歴書 as one person: who it is taken from its words, and those words then left out of the text."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path, PurePath

from plugin.identity import Identity
from plugin.people_in.documents import ENDINGS, LARGEST, Unreadable, text_of
from plugin.people_in.records import Defaults, Incoming, SetAside, Unread, Unusable, digest, read_date, settled_basis
from plugin.people_in.table_people import prefecture_of
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


# Who it is.

_VALUE = r"\s*[:：]\s*(?P<value>[^\n]+)"
_NAME = re.compile(
    r"^\W*(?:氏\s*名|お?名\s*前|(?:full )?name)(?:\s*[(（](?:漢字|full)[)）])?(?:\s*[:：]\s*|\s{1,4})(?P<value>[^\n:：]{2,40})$",
    re.I,
)
_KANA = re.compile(
    r"^\W*(?:ふりがな|フリガナ|氏名カナ|カナ|よみがな)(?:\s*[:：]\s*|\s+)(?P<value>[ぁ-ゖァ-ヺー\s]{2,40})$"
)
_ROMAJI = re.compile(
    r"^\W*(?:ローマ字(?:氏名|表記)?|英字(?:氏名)?|romaji)\s*[:：]\s*(?P<value>[A-Za-z][A-Za-z .'\-]{2,40})$", re.I
)
_MAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
_PHONE = re.compile(r"(?<![\d\-])(?:\+81[\s\-]?\(?0?\)?|0)\d{1,4}[\s\-()]{0,2}\d{1,4}[\s\-()]{0,2}\d{3,4}(?![\d\-])")
_ADDRESS = re.compile(
    r"^\W*(?:現\s*住\s*所|住\s*所|居住地|address|home address)(?:\s*[:：]\s*|\s{1,4})(?P<value>[^\n]{3,120})$", re.I
)
_POSTAL = re.compile(r"^\W*〒\s*\d{3}-?\d{4}\s*(?P<value>[^\n]*)$")
_CONTACT = re.compile(
    r"^\W*(?:電話(?:番号)?|携帯(?:電話|番号)*|連絡先|tel|phone|mobile|fax|e-?mail|メール(?:アドレス)?|緊急連絡先|最寄り?駅)\s*[:：]?",
    re.I,
)
_SIGNED = re.compile(
    r"^(?:20\d\d|令和(?:元|\d{1,2}))\s*[年/.\-]\s*\d{1,2}\s*[月/.\-]\s*(?:\d{1,2}\s*日?)?\s*(?:現在|更新|作成)?$"
)
_COMPANY = re.compile(
    r"^\W*(?:現職|現在の勤務先|現勤務先|勤務先|current (?:company|employer))\s*[:：]\s*(?P<value>[^\n]{2,60})$", re.I
)
_JAPANESE_NAME = re.compile(r"^[\u3400-\u9fff々]{1,4}[\s\u3000]+[\u3400-\u9fffぁ-ゖァ-ヺー々]{1,5}$")
_ENGLISH_NAME = re.compile(r"^[A-Z][A-Za-z'\-]+(?: [A-Z][A-Za-z'\-.]*){1,3}$")
_NO_NAMES = re.compile(
    r"職務|経歴|履歴|要約|概要|スキル|資格|自己|学歴|以上|curriculum|resume|résumé|summary|profile|experience|engineer|manager|skills",
    re.I,
)
_HEAD = 12


def who(text: str, filename: str = "") -> tuple[Identity, str]:
    """Find name, reading, address and number; return them and the text without the lines that hold only these."""
    found: dict[str, str] = {}
    kept: list[str] = []
    for position, line in enumerate(text.split("\n")):
        said = unicodedata.normalize("NFKC", line).strip()
        mails, phones = _MAIL.findall(said), _PHONE.findall(said)
        for kind, values in (("email", mails), ("phone", phones)):
            if values:
                found.setdefault(kind, values[0].strip())
        label = next(
            ((name, hit["value"].strip()) for name, pattern in _LABELLED if (hit := pattern.match(said))), None
        )
        if label is not None and label[0] == "place":
            prefecture = prefecture_of(label[1])
            kept += (
                [f"居住地：{prefecture}" if re.search(r"[\u3400-\u9fff]", prefecture) else f"Location: {prefecture}"]
                if prefecture
                else []
            )
            continue
        if label is not None:
            found.setdefault(label[0], _name(label[1]) if label[0] == "name" else label[1])
            if label[0] == "company":
                kept.append(line)
            continue
        if position < _HEAD and "name" not in found and _looks_like_a_name(said):
            found["name"] = said
            continue
        rest = _PHONE.sub("", _MAIL.sub("", said)).strip(" |/・,、:：()（）") if mails or phones else said
        if (mails or phones) and (not rest or _CONTACT.fullmatch(rest) or _CONTACT.match(rest)):
            continue
        kept.append(_PHONE.sub("", _MAIL.sub("", line)).rstrip() if mails or phones else line)
    if "name" not in found:
        found["name"] = _from_filename(filename)
    identity = Identity(
        name=found.get("name", ""),
        kana=found.get("kana", ""),
        romaji=found.get("romaji", ""),
        email=found.get("email", ""),
        phone=found.get("phone", ""),
        company=found.get("company", ""),
    )
    return identity, re.sub(r"\n{3,}", "\n\n", "\n".join(kept))


_LABELLED = (
    ("kana", _KANA),
    ("romaji", _ROMAJI),
    ("name", _NAME),
    ("company", _COMPANY),
    ("place", _ADDRESS),
    ("place", _POSTAL),
)


def _name(said: str) -> str:
    """A name without what stands around it: 様, 印, the reading in brackets."""
    said = re.sub(r"[(（][^)）]*[)）]", "", said)
    return re.sub(r"\s*(?:様|印|㊞)$", "", said).strip()


def _looks_like_a_name(said: str) -> bool:
    return not _NO_NAMES.search(said) and bool(_JAPANESE_NAME.match(said) or _ENGLISH_NAME.match(said))


def _from_filename(stem: str) -> str:
    """「職務経歴書_山田太郎_20260401」 names a person; what can't be told for certain does not."""
    parts = [part for part in re.split(r"[_＿\s　\-()（）\[\]【】]+", unicodedata.normalize("NFKC", stem)) if part]
    names = [
        part
        for part in parts
        if not re.search(r"\d", part)
        and not _NO_NAMES.search(part)
        and re.fullmatch(r"[\u3400-\u9fff々ぁ-ゖァ-ヺー]{2,8}様?", part)
    ]
    return _name("　".join(names)) if len(names) in (1, 2) else ""


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
