"""Masks: what stands in the ATS names nobody (R12).

Names, employers and contacts inside a quote show as ■. What is known of the person (`plugin.identity.Identity`) is
looked for in every usual spelling; addresses, telephone numbers, links and anything with a company's legal form are
masked whether known or not. Masking too much is a nuisance, masking too little is a breach: doubt masks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from plugin.identity import Identity

MASK = "■"

_KANJI = r"\u3400-\u9fff々"
_LEGAL = r"株式会社|有限会社|合同会社|合資会社|一般社団法人|財団法人|学校法人|医療法人|\(株\)|\(有\)"
_IN_NAME = r"[^\s、。,，;:()（）「」『』【】|/<>\"'■]"
_GENERAL = (
    re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"(?:https?://|www\.)\S+|\b(?:[\w-]+\.)*(?:linkedin|github|facebook|twitter|wantedly|qiita)\.\S+", re.I),
    re.compile(
        r"(?<!\d)(?:\+?\d{1,3}[\s-]?)?\(?0?\d{1,4}\)?[\sー-]\d{2,4}[\sー-]\d{3,4}(?!\d)|(?<!\d)\+?\d{10,13}(?!\d)"
    ),
    # A company's name ends where にて, で, を or a mark begins; before its legal form it starts after one.
    re.compile(rf"(?:{_LEGAL})\s?(?:(?!にて|において|で|を){_IN_NAME}){{1,30}}"),
    re.compile(rf"(?:(?!にて|において|で|を|は|が|に|より|から|後){_IN_NAME}){{1,30}}(?:{_LEGAL})"),
    re.compile(
        r"(?:[A-Z0-9&][\w&.'-]*,?\s+){1,6}(?:K\.\s?K\.?|KK\b|G\.?K\.(?!\w)|Inc\b\.?|Ltd\b\.?|LLC\b|Corp(?:oration)?\b\.?"
        r"|Co\b\.?,?(?:\s?Ltd\b\.?)?|Company\b|GmbH\b|PLC\b|Limited\b|Holdings\b|Group\b)"
    ),
)
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣"), "-")  # NFKC leaves them apart; Japanese keyboards write − for -
_HONORIFICS = re.compile(r"(?:さん|様|氏|くん|君)$")


def mask(text: str, identity: Identity | None) -> str:
    """`text` with everything that says who it is replaced by ■; a known identity, in any usual spelling."""
    covered: list[tuple[int, int]] = []
    if identity is not None:
        folded = _folded(text, _plain)
        covered += [span for pattern in _patterns(identity) for span in folded.spans(pattern)]
    narrow = _folded(text, str)
    covered += [span for pattern in _GENERAL for span in narrow.spans(pattern)]
    return _cover(text, covered)


def _cover(text: str, spans: Iterable[tuple[int, int]]) -> str:
    out: list[str] = []
    at = 0
    for start, end in sorted(spans):
        if end <= at:
            continue
        if start > at or not out:
            out.append(text[at : max(start, at)])
            out.append(MASK)
        at = end
    out.append(text[at:])
    return re.sub(f"{MASK}(?:\\s*{MASK})+", MASK, "".join(out))


@dataclass(frozen=True, slots=True)
class _Folded:
    """A text made comparable; each of its characters with the stretch of the original it came from."""

    text: str
    stretches: tuple[tuple[int, int], ...]

    def spans(self, pattern: re.Pattern[str]) -> Iterator[tuple[int, int]]:
        for found in pattern.finditer(self.text):
            start, end = found.span()
            if end > start:
                yield self.stretches[start][0], self.stretches[end - 1][1]


def _folded(text: str, change: Callable[[str], str]) -> _Folded:
    """NFKC character by character, then `change`; marks that stand alone (ｽﾞ) join the character before them."""
    made: list[str] = []
    stretches: list[tuple[int, int]] = []
    for offset, char in enumerate(text):
        for part in unicodedata.normalize("NFKC", char.translate(_DASHES)):
            joined = unicodedata.normalize("NFC", made[-1] + part) if made and unicodedata.combining(part) else ""
            if len(joined) == 1:
                made[-1], stretches[-1] = joined, (stretches[-1][0], offset + 1)
            else:
                made.append(part)
                stretches.append((offset, offset + 1))
    changed = [(change(part), stretch) for part, stretch in zip(made, stretches, strict=True)]
    return _Folded(
        "".join(part for part, _stretch in changed), tuple(stretch for part, stretch in changed for _char in part)
    )


def _plain(text: str) -> str:
    """Case-folded, kana as katakana."""
    return _katakana(text.casefold())


def _fold(text: str) -> str:
    return _folded(text, _plain).text


def _katakana(text: str) -> str:
    return "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in text)


@lru_cache(maxsize=256)
def _patterns(identity: Identity) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in _sources(identity))


def _sources(identity: Identity) -> Iterator[str]:
    for name in (identity.name, identity.kana, identity.romaji):
        yield from _name(name)
    for company in (identity.company, *identity.employers):
        yield from _company(company)
    if identity.email:
        yield re.escape(_fold(identity.email))
        local = _fold(identity.email).partition("@")[0]
        if len(local) >= 4:
            yield rf"(?<![a-z0-9]){re.escape(local)}(?![a-z0-9])"
    digits = re.sub(r"\D", "", unicodedata.normalize("NFKC", identity.phone))
    if len(digits) >= 6:
        yield r"(?<!\d)(?:\+?81[\s-]?)?" + r"[\s().ー-]*".join(digits) + r"(?!\d)"


def _name(name: str) -> Iterator[str]:
    """The whole name with or without spaces, and each part of it."""
    folded = _HONORIFICS.sub("", _fold(name).strip())
    parts = [part for part in re.split(r"[\s,・]+", folded) if part]
    if not parts:
        return
    yield _bounded("".join(parts), spaced=True)
    if len(parts) > 1:
        yield _bounded("".join(reversed(parts)), spaced=True)
        for part in parts:
            if len(part) > 1 or not part.isascii():
                yield _bounded(part, spaced=False)


def _bounded(name: str, *, spaced: bool) -> str:
    """A name as a pattern. Latin ones are words; a single kanji counts only where no other kanji touches it."""
    body = (r"[\s,・.]*" if spaced else "").join(re.escape(c) for c in name)
    if re.search(r"[a-z0-9]", name):
        return rf"(?<![a-z0-9]){body}(?![a-z0-9])"
    if len(name) == 1:
        return rf"(?<![{_KANJI}]){body}(?![{_KANJI}])"
    return body


def _company(company: str) -> Iterator[str]:
    folded = _fold(company).strip()
    if not folded:
        return
    yield _bounded("".join(folded.split()), spaced=True)
    bare = re.sub(
        rf"{_LEGAL}|\b(?:inc|ltd|llc|corp|corporation|company|co|k\.?\s?k|gmbh|plc|limited)\b\.?|[,.]+$", " ", folded
    )
    bare = bare.strip(" ,.")
    if len(bare) >= 2:
        yield _bounded("".join(bare.split()), spaced=True)
