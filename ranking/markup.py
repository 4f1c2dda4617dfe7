"""HTML as the plain text a reader sees: blocks become lines, list items start with 「・」, table cells stand apart by tabs."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_TAG = re.compile(
    r"<\s*/?\s*(?:p|br|div|ul|ol|li|h[1-6]|table|tr|td|th|dl|dt|dd|span|strong|b|u|i|em|html|body|section|a)\b[^<>]*>",
    re.I,
)
_ENTITY = re.compile(r"&(?:nbsp|amp|lt|gt|quot|#\d{1,6}|#x[0-9a-f]{1,5});", re.I)
_BLOCKS = frozenset(
    ("p", "div", "ul", "ol", "table", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article", "header", "footer",
     "dl", "dt", "dd", "blockquote", "hr")
)  # fmt: skip
_SILENT = frozenset(("script", "style", "head", "title", "template"))


class _Stripper(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag == "li":
            self.parts.append("\n・")
        elif tag == "dd":
            pass  # its `dt` ended with a colon: label and value share a line
        elif tag == "br" or tag in _BLOCKS:
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append("\t")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in ("th", "dt"):
            self.parts.append(": ")
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(re.sub(r"[ \t\r\n\f]+", " ", data))


def plain_text(text: str) -> str:
    """Turn HTML into plain text. Plain text comes back unchanged.

    Markup that was escaped once too often (Greenhouse's `content` field) is unescaped first.
    """
    if not _TAG.search(text):
        if "&lt;" not in text or not _ENTITY.search(text):
            return text
        unescaped = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&")
        if not _TAG.search(unescaped):
            return text
        text = unescaped
    stripper = _Stripper()
    stripper.feed(text)
    stripper.close()
    lines = [re.sub(r"[ \u00a0]+", " ", line).strip() for line in "".join(stripper.parts).split("\n")]
    kept: list[str] = []
    for line in lines:
        if line in ("・", "・ "):
            continue
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()
