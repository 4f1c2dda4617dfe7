"""Who a résumé is about: name, reading, address and number out of its words, and these words then left out of the text.

Only what is labelled, or stands where a name stands, is taken; who can't be told for certain has no name and is written to
by nobody.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from plugin.identity import Identity
from plugin.people_in import labels
from plugin.people_in.table_people import prefecture_of

_HEAD = 12
"""Lines at the top among which a name may stand alone."""
_AROUND = " |/・·•,、:：()（）"

_MAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
_PHONE = re.compile(r"(?<![\d\-])(?:\+81[\s\-]?\(?0?\)?|\(?0)\d{1,4}[\s\-()]{0,2}\d{1,4}[\s\-()]{0,2}\d{3,4}(?![\d\-])")
_TO = r"(?:\s*[:：]\s*|\s{1,4})"
_LABELLED = tuple(
    (kind, re.compile(pattern, re.IGNORECASE))
    for kind, pattern in (
        ("kana", rf"^\W*(?:ふりがな|フリガナ|氏名カナ|カナ|よみがな){_TO}(?P<value>[ぁ-ゖァ-ヺー\s]{{2,40}})$"),
        ("romaji", r"^\W*(?:ローマ字(?:氏名|表記)?|英字(?:氏名)?|romaji)\s*[:：]\s*(?P<value>[a-z][a-z .'\-]{2,40})$"),
        (
            "name",
            rf"^\W*(?:氏\s*名|お?名\s*前|(?:full )?name(?=\s*[:：]))(?:\s*\((?:漢字|full)\))?{_TO}(?P<value>[^\n:：]{{2,40}})$",
        ),
        (
            "company",
            r"^\W*(?:現職|現在の勤務先|現勤務先|勤務先|current (?:company|employer))\s*[:：]\s*(?P<value>[^\n]{2,60})$",
        ),
        ("place", rf"^\W*(?:現\s*住\s*所|住\s*所|居住地|(?:home )?address(?=\s*[:：])){_TO}(?P<value>[^\n]{{3,120}})$"),
        ("place", r"^\W*〒\s*\d{3}-?\d{4}\s*(?P<value>[^\n]*)$"),
    )
)
_CONTACT = re.compile(
    r"^\W*(?:電話(?:番号)?|携帯(?:電話|番号)*|(?:緊急)?連絡先|tel|phone|mobile|fax|e-?mail|メール(?:アドレス)?)\W*$",
    re.IGNORECASE,
)
_STATION = re.compile(r"^\W*最寄り?駅\s*[:：\s]")
_JAPANESE_NAME = re.compile(r"^[\u3400-\u9fff々]{1,4}[\s\u3000]+[\u3400-\u9fffぁ-ゖァ-ヺー々]{1,5}$")
_ENGLISH_NAME = re.compile(r"^[A-Z][A-Za-z'\-]+(?: [A-Z][A-Za-z'\-.]*){1,3}$")
_NO_NAMES = re.compile(
    r"職務|経歴|履歴|要約|概要|スキル|資格|自己|学歴|以上|現在|curriculum|resume|résumé|summary|profile|experience|engineer|manager|skills"
    r"|developer|designer|director|consultant|analyst|education|japan|tokyo|osaka",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    rf"(?:^|(?<=[\s|/・·•,、]))(?P<label>(?:{labels.WHO}|{labels.BANNED})(?=[\s:：]+\S)|(?:{labels.ENGLISH})(?=\s*[:：]\s*\S))",
    re.IGNORECASE,
)


def who(text: str, filename: str = "") -> tuple[Identity, str]:
    """Find name, reading, address and number; return them and the text without the lines that hold only these."""
    found: dict[str, str] = {}
    kept: list[str] = []
    for position, line in enumerate(apart(text)):
        said = unicodedata.normalize("NFKC", line).strip()
        mails, phones = _MAIL.findall(said), [hit for hit in _PHONE.findall(said) if _is_number(hit)]
        for kind, values in (("email", mails), ("phone", phones)):
            if values:
                found.setdefault(kind, values[0].strip())
        kind, value = next(
            ((kind, hit["value"].strip()) for kind, each in _LABELLED if (hit := each.match(said))), ("", "")
        )
        if kind == "place":
            kept += _home(value)
        elif kind:
            found.setdefault(kind, _name(value) if kind == "name" else value)
            if kind == "company":
                kept.append(line)
        elif position < _HEAD and "name" not in found and _looks_like_a_name(said):
            found["name"] = said
        elif mails or phones:
            rest = _without(line, mails, phones)
            if rest and not _CONTACT.match(rest):
                kept.append(rest)
        elif not _STATION.match(said):
            kept.append(line)
    if "name" not in found:
        found["name"] = _from_filename(filename)
    identity = Identity(
        name=found["name"],
        kana=found.get("kana", ""),
        romaji=found.get("romaji", ""),
        email=found.get("email", ""),
        phone=found.get("phone", ""),
        company=found.get("company", ""),
    )
    return identity, re.sub(r"\n{3,}", "\n\n", "\n".join(kept))


def apart(text: str) -> Iterator[str]:
    """Put each personal label with its value on a line of its own, where a form's row became one line."""
    for line in text.split("\n"):
        labels = list(_PERSONAL.finditer(line))
        if len(labels) < 2 or line[: labels[0].start()].strip(_AROUND):
            yield line
            continue
        for label, after in zip(labels, [*labels[1:], None], strict=True):
            value = line[label.end() : after.start() if after else len(line)].strip(" |/・·•,、:：\u3000")
            yield f"{label['label']}：{value}" if value else label["label"]


def _is_number(said: str) -> bool:
    digits = re.sub(r"\D", "", said)
    return len(digits) in ((11, 12, 13) if said.startswith("+") else (10, 11))


def _home(address: str) -> list[str]:
    prefecture = prefecture_of(address)
    if not prefecture:
        return []
    return [f"居住地：{prefecture}" if re.search(r"[\u3400-\u9fff]", prefecture) else f"Location: {prefecture}"]


def _without(line: str, mails: list[str], phones: list[str]) -> str:
    """A line without addresses and numbers, and without the strokes that stood between them."""
    rest = unicodedata.normalize("NFKC", line)
    for each in (*mails, *phones):
        rest = rest.replace(each, "")
    parts = [part.strip(_AROUND) for part in re.split(r"\s*[|/・·•]\s*", rest)]
    return " | ".join(part for part in parts if part)


def _name(said: str) -> str:
    """A name without what stands around it: 様, 印, the reading in brackets."""
    said = re.sub(r"[(（][^)）]*[)）]", "", said)
    return re.sub(r"\s*(?:様|印|㊞)$", "", said).strip()


def _looks_like_a_name(said: str) -> bool:
    return not _NO_NAMES.search(said) and bool(_JAPANESE_NAME.match(said) or _ENGLISH_NAME.match(said))


def _from_filename(stem: str) -> str:
    """「職務経歴書_山田太郎_20260401」 names a person; what can't be told for certain does not."""
    parts = [part for part in re.split(r"[_＿\s\-()（）\[\]【】]+", unicodedata.normalize("NFKC", stem)) if part]
    names = [
        part
        for part in parts
        if not _NO_NAMES.search(part) and re.fullmatch(r"[\u3400-\u9fff々ぁ-ゖァ-ヺー]{2,8}様?", part)
    ]
    return _name(" ".join(names)) if len(names) in (1, 2) else ""
