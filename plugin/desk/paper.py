"""The letter as a PDF: A4, its font embedded, so that it reads the same wherever it is opened.

ReportLab draws (BSD; its only new dependency is Pillow) and embeds of IPAexゴシック what a letter uses. The font is part
of the package: what is installed differs from machine to machine. It draws all of JIS X 0213 and with it the forms usual
in names (髙, 﨑, 𠮟); ReportLab's own Japanese fonts are not embedded and leave them to the reader's machine. What lies
outside (𠮷) is named in `Drawn.missing`.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from importlib.resources import as_file, files
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from plugin.desk.letter import Section
from plugin.i18n import say_date

FONT = "IPAexGothic"
GETA = "〓"
"""What stands for a character the font doesn't draw; the mail and the table have it as it is written."""

_drawing = threading.Lock()
"""ReportLab keeps what a font has drawn so far in the font: one letter at a time."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A PDF, and the characters it could not draw."""

    content: bytes
    missing: str


def draw(
    title: str,
    reader: str,
    role: str,
    sections: Sequence[Section],
    signature: str,
    *,
    on: datetime,
    zone: str,
    language: str,
) -> Drawn:
    """Draw a letter: date, reader, title, position, sections, who signs."""
    missing: set[str] = set()
    with _drawing:
        known = _font().face.charToGlyph

        def words(text: str) -> str:
            missing.update(one for one in text if one not in "\n\r\t" and ord(one) not in known and one.isprintable())
            drawn = "".join(
                one if one == "\n" or ord(one) in known else GETA if one.isprintable() else "" for one in text
            )
            return escape(drawn).replace("\n", "<br/>")

        content = _built(title, reader, role, sections, signature, on, zone, language, words)
    return Drawn(content, "".join(sorted(missing)))


def _built(
    title: str,
    reader: str,
    role: str,
    sections: Sequence[Section],
    signature: str,
    on: datetime,
    zone: str,
    language: str,
    words: Any,
) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

    style = _styles(language)
    story: list[Any] = [
        Paragraph(words(say_date(on.astimezone(ZoneInfo(zone)).date(), language)), style["right"]),
        Paragraph(words(reader), style["body"]),
        Spacer(1, 8 * mm),
        Paragraph(words(title), style["title"]),
        Paragraph(words(role), style["role"]),
        Spacer(1, 4 * mm),
    ]
    for section in sections:
        story.append(Paragraph(words(section.heading), style["heading"]))
        story += [Paragraph(words(line), style["body"]) for line in section.said(language)]
    story += [Spacer(1, 8 * mm), Paragraph(words(signature), style["body"])]
    out = BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=22 * mm,
        rightMargin=22 * mm,
        topMargin=20 * mm,
        bottomMargin=20 * mm,
        # The file's own data names nobody: it is shown in lists and previews.
        title=title,
        author="",
        creator="kakuyaku",
        producer="kakuyaku",
        lang=language,
    )
    document.build(story, onFirstPage=_number, onLaterPages=_number)
    return out.getvalue()


def _number(canvas: Any, document: Any) -> None:
    canvas.setFont(FONT, 8)
    canvas.drawCentredString(document.pagesize[0] / 2, 28, str(document.page))


@cache
def _font() -> Any:
    """The embedded font, read once (a tenth of a second)."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    with as_file(files("plugin.desk").joinpath("fonts", "ipaexg.ttf")) as path:
        font = TTFont(FONT, str(path))
    pdfmetrics.registerFont(font)
    return font


@cache
def _styles(language: str) -> dict[str, Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.enums import TA_CENTER, TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    body = ParagraphStyle(
        "body",
        fontName=FONT,
        fontSize=10,
        leading=16,
        spaceAfter=3,
        # Japanese breaks between any two characters, but not before 、。 and their like.
        wordWrap="CJK" if language == "ja" else None,
    )
    return {
        "body": body,
        "right": ParagraphStyle("right", body, alignment=TA_RIGHT),
        "title": ParagraphStyle("title", body, fontSize=17, leading=26, alignment=TA_CENTER),
        "role": ParagraphStyle("role", body, fontSize=12, leading=18, alignment=TA_CENTER),
        "heading": ParagraphStyle(
            "heading",
            body,
            fontSize=11.5,
            leading=18,
            spaceBefore=9,
            spaceAfter=4,
            textColor=HexColor("#1d4b7a"),
            keepWithNext=1,
        ),
    }
