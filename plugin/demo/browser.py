"""Just enough of a browser for a manager: open a link from a mail, fill in a form, press a button."""

from __future__ import annotations

import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit


@dataclass
class Form:
    """One form of a page: where it goes, its fields as they stand, and its buttons."""

    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    choices: dict[str, list[str]] = field(default_factory=dict)  # of radio buttons


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select = ""
        self._chosen = False
        self._area: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(given.get("method", "get").lower(), given.get("action", ""))
            self.forms.append(self._open)
        form = self._open
        if form is None:
            return
        name = given.get("name", "")
        if tag in ("input", "textarea", "select", "button") and name:
            form.names.add(name)
        if tag == "input" and name:
            kind = given.get("type", "text")
            if kind == "radio":
                form.choices.setdefault(name, []).append(given.get("value", "on"))
            if kind in ("radio", "checkbox") and "checked" not in given:
                return
            if kind not in ("submit", "button"):
                form.fields.append((name, given.get("value", "on" if kind in ("radio", "checkbox") else "")))
        elif tag == "button" and name:
            form.buttons.append((name, given.get("value", "")))
        elif tag == "textarea" and name:
            self._area = (name, [])
        elif tag == "select":
            self._select, self._chosen = name, False
        elif tag == "option" and self._select and ("selected" in given or not self._chosen):
            if self._chosen:
                form.fields.pop()
            form.fields.append((self._select, given.get("value", "")))
            self._chosen = True

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._area is not None and self._open is not None:
            self._open.fields.append((self._area[0], "".join(self._area[1]).strip()))
            self._area = None


@dataclass
class Page:
    """What came back: the address it ended at, its status, its text, its forms."""

    address: str
    status: int
    text: str

    @property
    def forms(self) -> list[Form]:
        reader = _Forms()
        reader.feed(self.text)
        return reader.forms


class NoSuchForm(Exception):
    """The page offers nothing of the kind: the link is used, expired or overtaken."""


class Browser:
    """One visit with its cookies. Loopback, plain HTTP."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._cookies: dict[str, str] = {}

    def open(self, address: str) -> Page:
        return self._ask("GET", address, None)

    def submit(self, page: Page, filled: Mapping[str, str], button: tuple[str, str] | None = None) -> Page:
        """Fill in the page's first form that has such a button (or such fields) and send it. Raises `NoSuchForm`."""
        posted = [form for form in page.forms if form.method == "post"]
        fitting = [form for form in posted if (button in form.buttons if button else set(filled) <= form.names)]
        if not fitting:
            raise NoSuchForm(page.address)
        form = fitting[0]
        values = [(name, value) for name, value in form.fields if name not in filled]
        values += list(filled.items()) + ([button] if button else [])
        return self._ask("POST", form.action or page.address, urlencode(values))

    def _ask(self, method: str, address: str, body: str | None, redirects: int = 5) -> Page:
        parts = urlsplit(address)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        where = urlsplit(self._base)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=30)
        headers = {"Accept-Language": "ja", "Origin": self._base, "Referer": self._base + path}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie":
                    self._cookies |= {key: morsel.value for key, morsel in SimpleCookie(value).items()}
            text = answer.read().decode("utf-8", "replace")
            location = answer.getheader("Location", "")
        finally:
            connection.close()
        if answer.status in (301, 302, 303) and location and redirects:
            return self._ask("GET", location, None, redirects - 1)
        return Page(path, answer.status, text)


def acting_links(text: str) -> list[str]:
    """The links in a manager's mail that act."""
    return re.findall(r"https?://\S+?/act/[\w.~-]+", text)
