"""Does a text name somebody it must not? Names are found however they are spelled: width, case, spaces, kana, look-alikes.

Pure functions over words: what must stay unsaid is `disclosure`'s matter. Where in doubt it rings; a false alarm costs
a rewording, a miss cannot be taken back.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from urllib.parse import unquote

from plugin.i18n import phrases

# What companies are, beside their name (full-width signs like ㈱ are written out by NFKC).
_FORMS = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|合名会社|一般社団法人|一般財団法人|公益財団法人|医療法人|学校法人|"
    r"\((?:株|有|同|合)\)|\b(?:inc|incorporated|co|company|corp|corporation|ltd|limited|llc|k\.? ?k|g\.? ?k|gmbh|plc)\b\.?"
)
_DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}")
_LOOKALIKES = str.maketrans("аеорсухіѕјкмнтвԁɡοανικρτυ", "aeopcyxisjkmhtbdgoavikptu")
"""Cyrillic and Greek letters that look like Latin ones, lower case."""

_OWN_TOKENS = re.compile(r"/[cu]/[\w.=-]{40,}|\+[a-z2-7]{26}(?=@)")
"""Signed links and addresses of ours: random letters, which a short name would be found in by chance."""

_KATAKANA = "ァ-ヺー"
_HIRAGANA = "ぁ-ゖ"
SHORTEST = 2
"""A name of one letter would be found everywhere."""


def plain(text: str) -> str:
    """A text as it is compared: NFKC, lower case, without invisible characters, look-alikes written in Latin letters."""
    visible = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", visible.casefold()).translate(_LOOKALIKES)


def folded(name: str) -> str:
    """A name as it is compared: plain, without what kind of company it is, without spaces and punctuation.

    A domain keeps all its letters and digits. "" for a name of which nothing is left.
    """
    whole = plain(name).strip()
    if _DOMAIN.fullmatch(whole):
        return _squeezed(whole)
    return _squeezed(_FORMS.sub(" ", whole)) or _squeezed(whole)


def leaks(parts: Mapping[str, str], secrets: Iterable[str]) -> list[str]:
    """The parts of a mail or page in which a secret name stands, each as `part: name`; empty when none does.

    Give texts as people see them, HTML, headers, addresses, links and file names alike: tags, entities, percent signs
    and punycode are seen through.
    """
    names = {name: found for name in secrets if (found := folded(name)) and len(found) >= SHORTEST}
    result = []
    for part, text in parts.items():
        layers = [plain(layer) for layer in _layers(_OWN_TOKENS.sub("/", text))]
        for name, bare in names.items():
            if any(_stands_in(bare, layer) for layer in layers):
                result.append(f"{part}: {name}")
    return result


def say_found(found: str, locale: str) -> str:
    """What `leaks` found, joined by "; ", with the parts named for a reader."""
    _ = phrases(locale)
    parts = {
        "subject": _("subject"),
        "text": _("text"),
        "html": _("text"),
        "from_name": _("sender's name"),
        "from_domain": _("the address it comes from"),
        "reply_domain": _("address for replies"),
        "header": _("a header"),
        "calendar_name": _("the name of an attached file"),
        "page": _("the page for the person"),
        "calendar": _("the calendar file"),
        "attachment_name": _("the name of an attached file"),
        "attachment": _("an attached file"),
    }
    said = []
    for each in found.split("; "):
        part, _colon, name = each.partition(": ")
        said.append(
            _("%(part)s: “%(name)s”", part=parts.get(part.partition(" ")[0], part), name=name) if name else each
        )
    return "; ".join(dict.fromkeys(said))


def _layers(text: str) -> set[str]:
    """A text as written, and what a reader or a browser makes of it."""
    seen = html.unescape(re.sub(r"<[^>]*>", "", text))
    layers = {text, html.unescape(text), seen, unquote(html.unescape(text))}
    for label in set(re.findall(r"\bxn--[a-z0-9-]+", text, re.I)):
        try:
            layers.add(label.lower().encode("ascii").decode("idna"))
        except UnicodeError:
            continue  # no name can be read out of it, by a browser either
    return layers


def _stands_in(bare: str, text: str) -> bool:
    if bare.isascii():
        return _latin(bare).search(text) is not None
    squeezed = _squeezed(text)
    if _short_kana(bare):
        # 「レイ」 is no word of 「プレイヤー」, nor 「れい」 of 「おそれいります」: short ones must stand by themselves.
        between = _between(text)
        return any(_alone(spelled).search(between) for spelled in (_hiragana(bare), _katakana(bare)))
    return _kana(bare) in _kana(squeezed)


def _squeezed(text: str) -> str:
    """Letters and digits alone."""
    return "".join(char for char in text if char.isalnum() or char in "ー々〆")


@cache
def _latin(bare: str) -> re.Pattern[str]:
    """Letters one after the other, whatever separates them; short ones must be words of their own."""
    letters = r"[\W_]{0,3}".join(bare)
    if len(bare) <= 3:
        return re.compile(rf"(?<![a-z0-9]){letters}(?![a-z0-9])")
    if len(bare) <= 5:
        return re.compile(rf"(?<![a-z]){letters}(?![a-z])")
    return re.compile(letters)


def _short_kana(bare: str) -> bool:
    return len(bare) <= 3 and re.fullmatch(f"[{_KATAKANA}]+|[{_HIRAGANA}]+", bare) is not None


@cache
def _alone(bare: str) -> re.Pattern[str]:
    gap = r"\s?"
    letters = gap.join(re.escape(char) for char in bare)
    if re.fullmatch(f"[{_HIRAGANA}]+", bare):
        # Particles are hiragana too: it is a word of its own where one of its sides is not.
        return re.compile(rf"(?<![{_HIRAGANA}]){letters}|{letters}(?![{_HIRAGANA}])")
    return re.compile(rf"(?<![{_KATAKANA}]){letters}(?![{_KATAKANA}])")


def _between(text: str) -> str:
    """The text with every other sign made one space, so that what touches what stays known."""
    return re.sub(r"[\W_]+", " ", text)


def _kana(text: str) -> str:
    """Hiragana as katakana, and without the marks of length and smallness that spellings differ in."""
    return _katakana(text).replace("ー", "").translate(_SMALL)


def _katakana(text: str) -> str:
    return "".join(chr(ord(char) + 0x60) if "ぁ" <= char <= "ゖ" else char for char in text)


def _hiragana(text: str) -> str:
    return "".join(chr(ord(char) - 0x60) if "ァ" <= char <= "ヶ" else char for char in text)


_SMALL = str.maketrans("ァィゥェォッャュョヮ", "アイウエオツヤユヨワ")
