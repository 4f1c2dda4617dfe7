"""Bytes to text, as Japanese and Western mail programs really send them.

Outlook labels as ISO-2022-JP what holds ① and ㈱ (NEC row 13), which every Python codec of that family refuses; and
`shift_jis` fails on 髙, where cp932 is right (`shift_jis_2004` gives another character). So ISO-2022-JP and EUC-JP are
read here pair by pair through cp932, the table those programs wrote them with (what Microsoft calls cp50221).
"""

from __future__ import annotations

import codecs
import re

_SHIFT_JIS = {"shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "windows-31j", "cp932", "ms932", "mskanji"}
_ISO_2022_JP = re.compile(r"^(?:iso-?2022-?jp.*|cp5022[012]|csiso2022jp|jis)$")
_EUC_JP = {"euc-jp", "euc_jp", "eucjp", "x-euc-jp", "x-euc", "eucjp-ms", "cp51932", "ujis"}
_UNSURE = {
    "",
    "us-ascii",
    "ascii",
    "iso-8859-1",
    "latin-1",
    "latin1",
    "windows-1252",
    "unknown-8bit",
    "default",
    "8bit",
}

_ESCAPES = {
    b"\x1b(B": "ascii",
    b"\x1b(J": "ascii",
    b"\x1b(H": "ascii",
    b"\x1b(I": "kana",
    b"\x1b$@": "kanji",
    b"\x1b$B": "kanji",
    b"\x1b$(@": "kanji",
    b"\x1b$(B": "kanji",
    b"\x1b$(D": "supplement",
}
_LONGEST_FIRST = sorted(_ESCAPES, key=len, reverse=True)


def decode(data: bytes, charset: str | None) -> str:
    """Decode mail bytes; a wrong, missing or unknown charset label never raises, at worst � stands in the text."""
    label = (charset or "").strip().strip("\"'").lower()
    if _ISO_2022_JP.match(label):
        # Some gateways convert the body and leave the label: 8-bit bytes and no escape at all.
        if b"\x1b" not in data and any(byte > 0x7F for byte in data):
            return _guess(data)
        return decode_iso_2022_jp(data)
    if label in _SHIFT_JIS:
        return _strict(data, "cp932") or _guess(data)
    if label in _EUC_JP:
        return _strict(data, "euc_jp") or _decode_euc(data)
    if label in _UNSURE:
        return _guess(data)
    label = {"gb2312": "gb18030", "gbk": "gb18030", "ks_c_5601-1987": "cp949", "utf8": "utf-8"}.get(label, label)
    try:
        codec = codecs.lookup(label)
    except (LookupError, ValueError):  # ValueError: a label with a NUL in it
        return _guess(data)
    # Only text codecs: "base64" or "zip" as a charset name would hand back bytes.
    if not getattr(codec, "_is_text_encoding", True):
        return _guess(data)
    return _strict(data, codec.name) or _guess(data)


def decode_iso_2022_jp(data: bytes) -> str:
    """ISO-2022-JP with NEC row 13, half-width kana and JIS X 0212, errors replaced."""
    out: list[str] = []
    mode, position, size = "ascii", 0, len(data)
    while position < size:
        if data[position] == 0x1B:
            escape = next((e for e in _LONGEST_FIRST if data.startswith(e, position)), None)
            if escape is not None:
                mode = _ESCAPES[escape]
                position += len(escape)
                continue
        byte = data[position]
        if byte in (0x0A, 0x0D):
            mode = "ascii"  # RFC 1468: a line starts in ASCII, whatever the last one forgot
        if mode in ("kanji", "supplement") and 0x21 <= byte <= 0x7E and position + 1 < size:
            pair = data[position : position + 2]
            out.append(_from_jis(pair) if mode == "kanji" else _from_supplement(pair))
            position += 2
            continue
        if mode == "kana" and 0x21 <= byte <= 0x5F:
            out.append(bytes([byte + 0x80]).decode("cp932"))
        elif 0xA1 <= byte <= 0xDF:  # half-width kana sent in eight bits (JIS8)
            out.append(bytes([byte]).decode("cp932"))
        else:
            out.append(chr(byte) if byte < 0x80 else "�")
        position += 1
    return "".join(out)


def _from_jis(pair: bytes) -> str:
    """One JIS X 0208 pair (with NEC row 13 and the IBM rows) through the cp932 table."""
    row, cell = pair[0] - 0x21, pair[1]
    if not (0x21 <= cell <= 0x7E):
        return "�"
    lead = row // 2 + (0x81 if row < 62 else 0xC1)
    trail = cell + (0x7E if row % 2 else (0x20 if cell >= 0x60 else 0x1F))
    return bytes([lead, trail]).decode("cp932", errors="replace")[:1] or "�"


def _from_supplement(pair: bytes) -> str:
    """One JIS X 0212 pair."""
    return (b"\x8f" + bytes(byte | 0x80 for byte in pair)).decode("euc_jp", errors="replace")[:1] or "�"


def _decode_euc(data: bytes) -> str:
    """EUC-JP with the NEC and IBM characters that Python's codec leaves out."""
    out: list[str] = []
    position = 0
    while position < len(data):
        byte = data[position]
        if byte == 0x8E and position + 1 < len(data):
            out.append(data[position + 1 : position + 2].decode("cp932", errors="replace"))
            position += 2
        elif byte == 0x8F and position + 2 < len(data):
            out.append(_from_supplement(bytes(b & 0x7F for b in data[position + 1 : position + 3])))
            position += 3
        elif byte >= 0xA1 and position + 1 < len(data) and data[position + 1] >= 0xA1:
            out.append(_from_jis(bytes(b & 0x7F for b in data[position : position + 2])))
            position += 2
        else:
            out.append(chr(byte) if byte < 0x80 else "�")
            position += 1
    return "".join(out)


def _strict(data: bytes, codec: str) -> str | None:
    if not data:
        return ""
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _guess(data: bytes) -> str:
    """No label to trust: an ISO-2022-JP escape, UTF-8, then whichever Japanese code reads cleanly."""
    if b"\x1b$" in data:
        return decode_iso_2022_jp(data)
    for codec in ("utf-8-sig", "cp932", "euc_jp"):
        text = _strict(data, codec)
        if text is not None:
            return _strict(data, "euc_jp") or text if codec == "cp932" and _looks_like_euc(data) else text
    # Mostly Japanese with a broken byte, or a Western single-byte text.
    japanese = data.decode("utf-8", errors="replace")
    return japanese if japanese.count("�") * 10 < len(japanese) else data.decode("cp1252", errors="replace")


def _looks_like_euc(data: bytes) -> bool:
    """Kana in EUC-JP are pairs A4 or A5 xx; in Shift_JIS those bytes would be half-width punctuation."""
    return len(re.findall(rb"[\xa4\xa5][\xa1-\xf6]", data)) * 4 >= sum(byte > 0x7F for byte in data)
