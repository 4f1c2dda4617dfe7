"""What somebody wrote, apart from what they quoted.

No library cuts Japanese mails well, so this uses what only the sender of the first mail knows: its own address and
name, and every line of the letter being answered. The full text stays beside the cut one; what was cut and is not
provably ours (`rest`) is read too, so that an answer written below the quote is never lost unseen.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from plugin.i18n import LOCALES

MARKED = re.compile(r"^\s*(?:[>＞≫]|[|｜](?!\S*[|｜]))")
_RULER = re.compile(r"^\s*(?:[-‐―—–_=＝━─*＊~〜～+＋#◇◆□■☆★・.:∴…^]\s?){4,}\s*$")
_SIGNATURE = re.compile(r"^(?:-- ?|--\s*|—)$")
_DEVICE = re.compile(
    r"^\s*(?:i?(?:phone|pad)から送信|sent from my .{2,30}|(?:get|download) outlook for .{2,30}|android ?(?:から|版|で)?.{0,12}送信.*"
    r"|outlook for (?:ios|android).*(?:入手|取得)?|yahoo!?メール.*|.{0,20}モバイルから送信.*|私の?i?phoneから.*送信.*)\s*$",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"^\s*[-‐―—–_=*]{2,}\s*(?:original (?:message|appointment)|forwarded (?:message|by.*)|reply message|begin forwarded message"
    r"|元の?メッセージ|元の?メール|オリジナル ?メッセージ|転送(?:された)?メッセージ|受信メール|返信元.*|引用.*)\s*[-‐―—–_=*]{2,}\s*$"
    r"|^\s*(?:begin forwarded message|以下、?元の?メール)\s*[:：]?\s*$",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"^\s*\*?(?:from|sent|to|cc|date|subject|reply-to|差出人|送信者|送信日時|送信日|送信済み|日時|日付|宛先|件名|返信先)\*?\s*[:：]\s*\S?",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[\w.+\-]+@[\w\-]+\.[\w.\-]+")
_DATE = re.compile(
    r"\d{4}\s*[年/\-.]\s*\d{1,2}\s*[月/\-.]\s*\d{1,2}|令和\s*\d+年|\d{1,2}\s*(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d{1,2}|\d{1,2}月\d{1,2}日|\d{1,2}/\d{1,2}/\d{2,4}",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"(?:wrote|writes|said|a écrit|schrieb)\s*[:：]?\s*$"
    r"|(?:さん|様|氏|>)?\s*(?:は|が|の|より)?\s*(?:書きました|のメール|のメッセージ|書き込みました|送信されたメール|より)\s*[:：]?\s*$",
    re.IGNORECASE,
)
_COLON_END = re.compile(r"[:：]\s*$")
_KNOWN_LEAST, _FRAGMENT_LEAST = 6, 12
_LONGEST_HEAD = 500
MOST_LINES = 2_000
"""Lines that are taken apart; a mail with more is for a person (`Cut.too_long`)."""


@dataclass(frozen=True, slots=True)
class Ours:
    """What we know of the mail being answered. `letter` is its text, "" when unknown."""

    addresses: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    letter: str = ""


@dataclass(frozen=True, slots=True)
class Cut:
    """A reply taken apart. `own`: their words; `rest`: cut, but not provably ours; `quoted`: whether anything was cut.

    `too_long`: there was more than is read.
    """

    own: str
    rest: str
    quoted: bool
    full: str = field(repr=False)
    too_long: bool = False


def cut(text: str, ours: Ours | None = None) -> Cut:
    """Take a reply apart."""
    ours = ours or Ours()
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    too_long = len(lines) > MOST_LINES
    lines = lines[:MOST_LINES]
    letter = _Letter(ours.letter)
    fates = _fates(lines, ours, letter)
    _sign(lines, fates)
    own = [line for line, fate in zip(lines, fates, strict=True) if fate == "own"]
    # Without the letter nobody can tell its lines from theirs below an unmarked quote.
    read = ("tail", "signature") if letter.known else ("signature",)
    rest = [line for line, fate in zip(lines, fates, strict=True) if fate in read and not letter.wrote(line)]
    return Cut(_tidy(own), _tidy(rest), any(fate in ("quote", "tail", "known") for fate in fates), text, too_long)


class _Letter:
    """The lines of our letter, however a mail program wrapped them."""

    def __init__(self, text: str) -> None:
        lines = (*text.split("\n"), *boilerplate())
        self.lines = {squeezed for line in lines if len(squeezed := _squeeze(line)) >= _KNOWN_LEAST}
        self.whole = _squeeze("\n".join(lines))
        self.known = bool(text.strip())
        self.short = {_squeeze(line) for line in text.split("\n")}

    def wrote(self, line: str) -> bool:
        """Is this line below a quote's head ours, a name or a greeting too?"""
        return self.has(line) or _squeeze(MARKED.sub("", line)) in self.short

    def has(self, line: str) -> bool:
        """Is this line ours, whole or as a piece of a paragraph wrapped elsewhere?"""
        squeezed = _squeeze(MARKED.sub("", line))
        return squeezed in self.lines or (len(squeezed) >= _FRAGMENT_LEAST and squeezed in self.whole)


@cache
def boilerplate() -> tuple[str, ...]:
    """The sentences every letter of ours has, so that they are known even where the letter isn't."""
    found: list[str] = []
    for locale in LOCALES:
        for path in files("locales").joinpath(locale).joinpath("letters").iterdir():
            if path.name.endswith(".txt"):
                for line in path.read_text(encoding="utf-8").split("\n"):
                    found.extend(piece for piece in re.split(r"(?<=。)", line) if "%(" not in piece)
                    if "%(" not in line:
                        found.append(line)
    return tuple(dict.fromkeys(found))


def _squeeze(text: str) -> str:
    return re.sub(r"[\s>*_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def _fates(lines: list[str], ours: Ours, letter: _Letter) -> list[str]:
    """For each line: own, quote (marked as quoted), known (a line of ours), head (of a quote), or tail (below one)."""
    fates = ["own"] * len(lines)
    index = 0
    while index < len(lines):
        line = lines[index]
        if MARKED.match(line):
            fates[index] = "quote"
        elif (length := _head(lines, index, ours)) > 0:
            after = next((i for i in range(index + length, len(lines)) if lines[i].strip()), None)
            fates[index : index + length] = ["head"] * length
            if after is None or not MARKED.match(lines[after]):
                # An unmarked quote runs to the end; where an answer below it starts nobody can say.
                fates[index + length :] = ["tail"] * (len(lines) - index - length)
                return fates
            index += length
            continue
        elif _is_remnant(lines, index, fates):
            fates[index] = "quote"
        index += 1
    for index, line in enumerate(lines):
        if fates[index] == "own" and letter.has(line):
            fates[index] = "known"
    _forgive_single_known_line(lines, fates)
    return fates


def _forgive_single_known_line(lines: list[str], fates: list[str]) -> None:
    """Keep a short line that happens to stand in our letter too, when nothing else is quoted."""
    known = [index for index, fate in enumerate(fates) if fate == "known"]
    if len(known) == 1 and "quote" not in fates and len(_squeeze(lines[known[0]])) < 30:
        fates[known[0]] = "own"


def _is_remnant(lines: list[str], index: int, fates: list[str]) -> bool:
    """The torn-off end of a quoted line that a mail program wrapped without marking it."""
    if index == 0 or index + 1 >= len(lines) or not lines[index].strip():
        return False
    before, after = lines[index - 1], lines[index + 1]
    if fates[index - 1] != "quote" or not MARKED.match(after) or not MARKED.sub("", after).strip():
        return False
    return _width(before) >= 60 and len(lines[index]) < 40 and not re.search(r"[。.!?！？:：]\s*$", before)


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def _head(lines: list[str], index: int, ours: Ours) -> int:
    """How many lines starting here announce a quote: 0 when none do."""
    line = lines[index]
    if not line.strip() or len(line) > _LONGEST_HEAD:
        return 0
    if _ORIGINAL.match(line):
        return 1 + _fields(lines, index + 1)
    fields = _fields(lines, index)
    if fields >= 2 and re.match(r"^\s*\*?(?:from|差出人|送信者|date|日付|日時)", line, re.IGNORECASE):
        return fields
    if re.match(r"^\s*_{10,}\s*$", line) and _fields(lines, index + 1) >= 2:
        return 1 + _fields(lines, index + 1)
    # "On Fri, 20 Nov 2026 at 10:00, A <a@example.com> wrote:", wrapped over up to three lines, none of them empty.
    for length in (1, 2, 3):
        part = lines[index : index + length]
        if len(part) < length or not part[-1].strip() or len(part[-1]) > _LONGEST_HEAD:
            break
        if _announces(" ".join(one.strip() for one in part), ours, first=line):
            return length
    return 1 if _is_our_address(line, ours) else 0


def _announces(line: str, ours: Ours, *, first: str) -> bool:
    dated, addressed = bool(_DATE.search(first)), bool(_ADDRESS.search(line))
    named = any(name and name in line for name in ours.names)
    if _WROTE.search(line) and (dated or addressed or named) and (dated or first == line):
        return bool(dated or addressed)
    return bool(_COLON_END.search(line)) and dated and addressed


def _is_our_address(line: str, ours: Ours) -> bool:
    """Our own address with little beside it heads or ends a quote."""
    folded = line.casefold()
    held = any(address in folded for address in ours.addresses)
    return held and (bool(_DATE.search(line)) or len(_squeeze(line)) < 90)


def _fields(lines: list[str], start: int) -> int:
    """Lines of a quoted mail's header block from `start`: 差出人:, 送信日時: … (blank lines between are passed over)."""
    count = matched = 0
    for line in lines[start : start + 9]:
        if len(line) > 4 * _LONGEST_HEAD:
            break
        if _FIELD.match(line):
            matched += 1
            count += 1
        elif matched and matched < 3 and _ADDRESS.search(line) and line.startswith((" ", "\t")):
            count += 1  # a long list of recipients goes on
        elif not line.strip() and not matched:
            count += 1
        else:
            break
    return count if matched else 0


def _sign(lines: list[str], fates: list[str]) -> None:
    """Mark the signature: below `-- `, a phone's line, or a ruler followed by a short block at the end."""
    own = [i for i, fate in enumerate(fates) if fate == "own" and lines[i].strip()]
    if not own:
        return
    for i in own:
        if _DEVICE.match(lines[i]):
            fates[i] = "head"  # says nothing about anybody's wishes
    own = [i for i in own if fates[i] == "own"]
    for position, i in enumerate(own):
        below = own[position + 1 :]
        words_above = [j for j in own[:position] if not _RULER.match(lines[j])]
        if not words_above:
            continue
        if _SIGNATURE.match(lines[i]) or (_RULER.match(lines[i]) and _is_signature([lines[j] for j in below])):
            for j in (i, *below):
                if j > i:
                    fates[j] = "signature"
            fates[i] = "head"
            return


def _is_signature(below: list[str]) -> bool:
    """A short block with a name, an address, a number; not sentences."""
    words = [line for line in below if not _RULER.match(line)]
    sentences = sum(bool(re.search(r"[。?？!！]|(?:です|ます|ません|ました)\s*$", line)) for line in words)
    return len(words) <= 12 and sentences == 0


def _tidy(lines: list[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
