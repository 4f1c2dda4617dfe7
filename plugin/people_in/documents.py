"""The text of a résumé or 職務経歴書 as a file: PDF, Word, Excel or plain text, in the order a person reads it.

pypdf (BSD, no dependencies), python-docx and openpyxl (both MIT) do the reading; what a file may cost is bounded first.
"""

from __future__ import annotations

import io
import logging
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from plugin.people_in import labels
from ranking.profiles import too_long

LARGEST = 20_000_000  # bytes of a file
UNPACKED = 200_000_000  # bytes of everything inside a .docx or .xlsx
PAGES = 80
DRAWN = 8_000_000  # bytes of instructions on all pages of a PDF, unpacked: reading them takes two seconds a million
CELLS = 200_000
SHORTEST = 40  # letters; a page that was only photographed has none
_LABEL = 12

# PDF writers often store the look-alike radical instead of the character; these have no compatibility mapping.
_RADICALS = dict(
    zip(
        "⺠⻑⻄⻘⻝⻤⻩⻫⻭⻯⻨⻲⻆⻁⺝⺼⻞⻟⻌⻍⻎⻏⻖⺾⺿⻀⺡⺘⺖⺌⺍",
        "民長西青食鬼黄斉歯竜麦亀角虎月月食食辶辶辶阝阝艹艹艹氵扌忄小小",
        strict=True,
    )
)


class Unreadable(Exception):
    """A file gives no text; the message says why and what to do."""


def text_of(name: str, content: bytes) -> str:
    """Read the text of a file by its name's ending.

    Raises `Unreadable` for formats we can't read, and for files that are too large, locked, damaged or scanned.
    """
    ending = name.rpartition(".")[2].lower()
    if len(content) > LARGEST:
        raise Unreadable(f"the file is larger than {LARGEST // 1_000_000} MB: export it without pictures")
    if not content:
        raise Unreadable("the file is empty")
    reader = _READERS.get(ending)
    if reader is None:
        old = {"doc": ".docx", "xls": ".xlsx", "rtf": ".docx", "pages": ".docx", "numbers": ".xlsx"}.get(ending)
        raise Unreadable(
            f"this format can't be read: save it as {old}" if old else "give a PDF, .docx, .xlsx, .txt or .md file"
        )
    text = tidy(reader(content))
    if why := too_long(text):
        raise Unreadable(why)
    if sum(1 for character in text if character.isalpha()) < SHORTEST:
        raise Unreadable("there is hardly any text in it: it may be a scan; run text recognition on it first")
    return text


ENDINGS = ("pdf", "docx", "xlsx", "xlsm", "txt", "md")


def tidy(text: str) -> str:
    """Mend look-alike characters and ligatures, drop control characters, and leave at most one empty line in a row."""
    mended = "".join(_RADICALS.get(c) or (unicodedata.normalize("NFKC", c) if _lookalike(c) else c) for c in text)
    kept = "".join(c if c in "\n\t" or not unicodedata.category(c).startswith("C") else " " for c in mended)
    lines = [
        re.sub(r"[ \t\u00a0\u2000-\u200a\u202f]+", " ", line).strip() for line in kept.replace("\t", " ").split("\n")
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _lookalike(character: str) -> bool:
    return "\u2e80" <= character <= "\u2fdf" or "\ufb00" <= character <= "\ufb06"


# ── PDF ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _pdf(content: bytes) -> str:
    import pypdf
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)  # its remarks on sloppy files would name what is in them
    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("the PDF is locked with a password: save it without one")
        if len(reader.pages) > PAGES:
            raise Unreadable(f"the PDF has more than {PAGES} pages: is this one person's résumé?")
        left, texts = DRAWN, []
        for page in reader.pages:
            drawn = page.get_contents()
            left -= len(drawn.get_data()) if drawn is not None else 0
            if left < 0:
                raise Unreadable("there is far more in the PDF than text: print it anew as a PDF, without drawings")
            texts.append(_joined(page.extract_text()))
        return "\n".join(texts)
    except Unreadable:
        raise
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RecursionError) as error:
        # A damaged PDF fails in as many ways as there are damages; none of them is ours to mend.
        raise Unreadable(f"the PDF is damaged ({type(error).__name__}): export it again") from error


_NO_END = re.compile(r"[\u3040-\u30ff\u3400-\u9fff、]$")
_NO_START = re.compile(r"^[\u3040-\u30ff\u3400-\u9fff]")
_HEADS = re.compile(r"^(?:[■◆●▼○◇・※＜<【\[(（\d]|\d{4}\s*年)")


def _joined(page: str) -> str:
    """Join the lines of a Japanese sentence that the page's width has broken."""
    lines = page.split("\n")
    widest = max(map(_width, lines), default=0)
    joined: list[str] = []
    line_before = ""
    for line in lines:
        if (
            joined
            and _width(line_before) >= max(40, 0.85 * widest)
            and _NO_END.search(joined[-1].rstrip())
            and _NO_START.search(line.strip())
            and not _HEADS.search(line.strip())
        ):
            joined[-1] = joined[-1].rstrip() + line.strip()
        else:
            joined.append(line)
        line_before = line
    return "\n".join(joined)


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in line.strip())


# ── Word and Excel ───────────────────────────────────────────────────────────────────────────────────────────────


def _bounded(content: bytes) -> None:
    """Refuse a file that would unpack to more than we are ready to hold."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED:
                raise Unreadable("the file unpacks to far more than a résumé: export it without pictures")
    except zipfile.BadZipFile as error:
        raise Unreadable("the file is damaged, locked with a password, or not what its name says") from error


def _docx(content: bytes) -> str:
    import docx
    from docx.opc.exceptions import OpcError

    _bounded(content)
    try:
        document = docx.Document(io.BytesIO(content))
        lines = list(_blocks(document))
        boxes = document.element.body.iter("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}txbxContent")
        lines.extend("".join(part.itertext()) for box in boxes for part in box if part.tag.endswith("}p"))
    except (OpcError, KeyError, ValueError, AttributeError, SyntaxError) as error:
        raise Unreadable(f"the Word file is damaged ({type(error).__name__}): save it again") from error
    return "\n".join(lines)


def _blocks(container: Any) -> Iterator[str]:
    """Read paragraphs and tables in their order; a merged cell counts once."""
    for block in container.iter_inner_content():
        if not hasattr(block, "rows"):
            yield block.text
            continue
        seen: set[Any] = set()
        rows = []
        for row in block.rows:
            cells = []
            for cell in row.cells:
                new = cell._tc not in seen
                seen.add(cell._tc)
                cells.append("\n".join(_blocks(cell)).strip() if new else "")
            rows.append(cells)
        yield from _form(rows)


def _xlsx(content: bytes) -> str:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    _bounded(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, OSError, SyntaxError) as error:
        raise Unreadable(f"the Excel file is damaged ({type(error).__name__}): save it again") from error
    try:
        lines: list[str] = []
        left = CELLS
        for sheet in book.worksheets:
            rows: list[list[str]] = []
            for row in sheet.iter_rows(values_only=True):
                left -= len(row)
                if left < 0:
                    raise Unreadable("the Excel file has too many cells: is this one person's résumé?")
                rows.append(["" if value is None else _cell(value) for value in row])
            lines.extend(_form(rows))
        return "\n".join(lines)
    except (KeyError, ValueError, TypeError, zipfile.BadZipFile, SyntaxError) as error:
        # Sheets are read only now; a damaged one fails in the reader's own ways.
        raise Unreadable(f"the Excel file is damaged ({type(error).__name__}): save it again") from error
    finally:
        book.close()


def _cell(value: Any) -> str:
    if hasattr(value, "strftime"):
        return str(value.strftime("%Y年%m月%d日")) if hasattr(value, "year") else str(value)
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


_FORM_LABEL = re.compile(rf"(?:{labels.WHO}|カナ|{labels.BANNED}|{labels.WORK}|{labels.ENGLISH})", re.IGNORECASE)


def _label(cell: str) -> bool:
    return _FORM_LABEL.fullmatch(unicodedata.normalize("NFKC", cell).strip(" \u3000:：*※")) is not None


def _form(rows: list[list[str]]) -> Iterator[str]:
    """Read rows by their columns: a row of labels only belongs to the row below it, cell by cell."""
    above: list[str] | None = None
    for row in rows:
        cells = [cell for cell in row if cell]
        if above is not None:
            labels, above = above, None
            if (
                cells
                and not any(map(_label, cells))
                and all(not cell or _at(labels, at) for at, cell in enumerate(row))
            ):
                yield from (f"{_at(labels, at)}：{cell}" for at, cell in enumerate(row) if cell)
                continue
            yield _row([label for label in labels if label])
        if len(cells) > 1 and all(map(_label, cells)):
            above = row
        elif cells:
            yield _row(cells)
    if above is not None:
        yield _row([label for label in above if label])


def _at(labels: list[str], position: int) -> str:
    return labels[position] if position < len(labels) else ""


def _row(cells: list[str]) -> str:
    """A form's row: a short label before its value reads as 「label：value」, pair after pair on lines of their own."""
    if len(cells) == 2 and len(cells[0]) <= _LABEL and "\n" not in cells[0] and not cells[0][-1:].isdigit():
        return f"{cells[0]}：{cells[1]}"
    lines: list[str] = []
    rest: list[str] = []
    position = 0
    while position < len(cells):
        cell = cells[position]
        if _label(cell) and position + 1 < len(cells) and not _label(cells[position + 1]):
            lines.append(f"{cell}：{cells[position + 1]}")
            position += 2
        else:
            rest.append(cell)
            position += 1
    if rest:
        lines.insert(0, "　".join(rest) if not any("\n" in cell for cell in rest) else "\n".join(rest))
    return "\n".join(lines)


# ── text ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def plain(content: bytes) -> str:
    """Decode text as UTF-8 (with or without mark), UTF-16 with a mark, or CP932. Raises `Unreadable`."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("the text is neither UTF-8 nor Shift_JIS: save it as UTF-8")


_READERS: dict[str, Callable[[bytes], str]] = {
    "pdf": _pdf,
    "docx": _docx,
    "xlsx": _xlsx,
    "xlsm": _xlsx,
    "txt": plain,
    "md": plain,
}
