"""Workable's API as a protocol: the token, pages by address, writes.

https://workable.readme.io/reference/generate-an-access-token and /reference/pagination. A list is `{name: [...]}` beside
`paging.next`, a whole address that goes on with the list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from pydantic import ValidationError

from connectors import http
from connectors.base import ATSError
from connectors.pace import Pace
from connectors.workable.shapes import Shape

S = TypeVar("S", bound=Shape)

PER_PAGE = "100"  # the most Workable gives


def base_of(options: Mapping[str, str]) -> str:
    """The account's own address: `https://<subdomain>.workable.com/spi/v3`, unless `api_base` names another.

    "" while the subdomain is not known: the door needs none.
    """
    if options.get("api_base"):
        return http.require_safe(options["api_base"])
    subdomain = (options.get("subdomain") or "").strip().casefold()
    if not subdomain:
        return ""
    if not all(part.isalnum() and part.isascii() for part in subdomain.split("-")):
        raise ValueError("the option subdomain must be the account's subdomain, as in https://<subdomain>.workable.com")
    return f"https://{subdomain}.workable.com/spi/v3"


class Spi:
    """A client for one account token."""

    def __init__(self, credentials: Mapping[str, str], options: Mapping[str, str], pace: Pace) -> None:
        self.base = base_of(options)
        self._token = credentials.get("api_token") or ""
        self.session = http.Session("Workable", read_timeout=http.read_timeout(options), pace=pace)

    def close(self) -> None:
        self.session.close()

    def page(
        self, path: str, key: str, shape: type[S], query: str = "", filters: Mapping[str, str] | None = None
    ) -> tuple[tuple[S, ...], str]:
        """Read one page and the query of the next, "" on the last; `query` takes the place of the filters.

        Only the query of `paging.next` is used: the token goes to no address but ours.
        """
        asked = query or urlencode({"limit": PER_PAGE, **(filters or {})})
        whole = self._send("GET", f"{path}?{asked}")
        rows = whole.get(key)
        if not isinstance(rows, list):
            raise ATSError(f"Workable answered {_public(path)} with something that is not a list")
        paging = whole.get("paging")
        following = paging.get("next") if isinstance(paging, dict) else None
        return tuple(_read(shape, row, path) for row in rows), urlsplit(following).query if following else ""

    def list(self, path: str, key: str, shape: type[S], filters: Mapping[str, str] | None = None) -> Iterator[S]:
        query = ""
        while True:
            found, query = self.page(path, key, shape, query, filters)
            yield from found
            if not query:
                return

    def one(self, path: str, shape: type[S], key: str = "") -> S | None:
        """Read one object, None when it is gone. `key`: where in the answer it stands."""
        try:
            whole = self._send("GET", path)
        except ATSError as problem:
            if problem.status == 404:
                return None
            raise
        return _read(shape, whole.get(key) if key else whole, path)

    def write(self, method: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return self._send(method, path, dict(body), write=True)

    def _send(self, method: str, path: str, body: Any = None, *, write: bool = False) -> dict[str, Any]:
        if not self._token or not self.base:
            raise ATSError("the Workable connection has no api_token or no subdomain", permanent=True)
        headers = {"Authorization": f"Bearer {self._token}"}
        data = self.session.send(method, self.base + path, body=body, headers=headers, write=write).data
        if data is not None and not isinstance(data, dict):
            raise ATSError(f"Workable answered {_public(path)} with something that is no object", unknown=write)
        return data or {}


def at(*parts: str) -> str:
    """Build a path from ids that may come from anywhere."""
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def moment(when: datetime) -> str:
    """A date filter. Workable's own times are to the second, so it asks from the second on."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _public(path: str) -> str:
    return path.split("?")[0].split("/")[1]


def _read(shape: type[S], item: Any, path: str) -> S:
    try:
        return shape.model_validate(item)
    except ValidationError as problem:
        where = ".".join(str(part) for part in problem.errors()[0]["loc"]) or "the whole"
        raise ATSError(f"Workable answered {_public(path)} in a shape we do not know ({where})") from problem
