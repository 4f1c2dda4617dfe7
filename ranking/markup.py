"""HTML as the plain text a reader sees: blocks become lines, list items start with 「・」, table cells stand apart by tabs.

Items of a list inside a list are indented, so that what stands above them can be told from what stands beside them.
"""

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
_INDENT = "  "  # how much deeper an item of a list inside a list stands
_SILENT = frozenset(("script", "style", "head", "title", "template"))


class _Stripper(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0
        self.depth = 0  # of lists in lists

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent += 1
        elif tag == "li":
            self.parts.append("\n" + _INDENT * max(0, self.depth - 1) + "・")
        elif tag == "dd":
            pass  # its `dt` ended with a colon: label and value share a line
        elif tag == "br" or tag in _BLOCKS:
            self.parts.append("\n")
        elif tag in ("td", "th"):
            self.parts.append("\t")
        if tag in ("ul", "ol"):
            self.depth += 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in ("th", "dt"):
            self.parts.append(": ")
        elif tag in _BLOCKS:
            self.parts.append("\n")
        if tag in ("ul", "ol"):
            self.depth = max(0, self.depth - 1)

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
    lines = [_tidied(line) for line in "".join(stripper.parts).split("\n")]
    kept: list[str] = []
    bullet = ""  # of an item whose words stand in a block of their own: `<li><p>…`
    for line in lines:
        if line.strip() == "・":
            bullet = line
            continue
        if bullet and line:
            line, bullet = line if line.lstrip().startswith("・") else bullet + line, ""
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip()


def _tidied(line: str) -> str:
    words = re.sub(r"[ \u00a0]+", " ", line).strip()
    deeper = len(line) - len(line.lstrip(" "))
    return " " * deeper + words if words.startswith("・") and line.startswith(_INDENT) else words
