"""HTML mails as text: paragraphs become lines, quoted blocks get `> `, what the reader doesn't see is left out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_LINES = {"p", "div", "br", "tr", "li", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "section", "hr"}
_UNSEEN = {"style", "script", "head", "title", "template", "noscript"}
_VOID = {"br", "hr", "img", "input", "meta", "link", "wbr", "area", "base", "col", "embed", "source", "track"}
# What mail programs put above or around the mail being answered; everything below is the other's.
_QUOTE_MARKS = ("divrplyfwdmsg", "appendonsend", "mail-editor-reference-message-container", "replyforward")
_MOST_DEPTH = 300
MOST_HTML = 500_000
_LONE = re.compile(r"<(?![^<>]{1,10000}>)")
"""A `<` that opens no tag: the standard parser takes quadratic time over thousands of tags that never end."""

RULER = "-----Original Message-----"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = [""]
        self.depths: list[int] = [0]
        self.open: list[tuple[str, bool, bool]] = []  # tag, quoted, hidden
        self.quoted = 0
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: (value or "").lower() for name, value in attrs}
        if tag in _LINES:
            self._new_line()
        if any(mark in (values.get("id", ""), values.get("name", "")) for mark in _QUOTE_MARKS) and self.quoted == 0:
            self._new_line()
            self.lines[-1] = RULER
            self._new_line()
        if tag in _VOID:
            if tag == "hr":
                self._new_line()
            return
        style = values.get("style", "").replace(" ", "")
        hidden = tag in _UNSEEN or "display:none" in style or "visibility:hidden" in style
        quoted = tag == "blockquote" and "margin:0px0px0px40px" not in style  # Gmail's indentation is not a quote
        if len(self.open) >= _MOST_DEPTH:
            return
        self.open.append((tag, quoted, hidden))
        self.quoted += quoted
        self.hidden += hidden
        if quoted:
            self._new_line()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in (name for name, _, _ in self.open):
            return
        while self.open:
            name, quoted, hidden = self.open.pop()
            self.quoted -= quoted
            self.hidden -= hidden
            if name == tag:
                break
        if tag in _LINES or tag == "blockquote":
            self._new_line()

    def handle_data(self, data: str) -> None:
        if self.hidden:
            return
        words = " ".join(data.replace("\xa0", " ").split())
        if not words:
            if self.lines[-1] and not self.lines[-1].endswith(" "):
                self.lines[-1] += " "
            return
        if not self.lines[-1].strip():
            self.depths[-1] = self.quoted
        lead = " " if data[:1].isspace() and self.lines[-1] and not self.lines[-1].endswith(" ") else ""
        tail = " " if data[-1:].isspace() else ""
        self.lines[-1] += lead + words + tail

    def _new_line(self) -> None:
        if self.lines[-1].strip() or (len(self.lines) > 1 and self.lines[-2].strip()):
            self.lines.append("")
            self.depths.append(self.quoted)


def to_text(html: str) -> str:
    """Make an HTML body plain. Broken HTML gives what can be read of it; `MOST_HTML` characters are read."""
    reader = _Reader()
    reader.feed(_LONE.sub("&lt;", _without_comments(html[:MOST_HTML])))
    reader.close()
    lines = ("> " * depth + line.rstrip() for line, depth in zip(reader.lines, reader.depths, strict=True))
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n"


def _without_comments(html: str) -> str:
    """Leave comments out; one that never ends takes nothing with it."""
    out: list[str] = []
    position = 0
    while (start := html.find("<!--", position)) != -1 and (end := html.find("-->", start + 4)) != -1:
        out.append(html[position:start])
        position = end + 3
    return "".join([*out, html[position:]])
