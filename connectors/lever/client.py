"""Lever's Data API as a protocol: the key, pages by offset, writes.

https://hire.lever.co/developer/documentation#authentication and #pagination. An answer is `{data}` for one object and
`{data, next, hasNext}` for a list; a page holds at most a hundred.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from pydantic import ValidationError

from connectors import http
from connectors.base import ATSError
from connectors.lever.shapes import Shape
from connectors.pace import Pace

S = TypeVar("S", bound=Shape)
Filters = Mapping[str, str | Sequence[str]]

API_BASE = "https://api.lever.co/v1"
PER_PAGE = 100  # the most Lever gives


class DataApi:
    """A client for one API key. The key is the user name of HTTP Basic, the password stays blank."""

    def __init__(self, credentials: Mapping[str, str], options: Mapping[str, str], pace: Pace) -> None:
        self.base = http.require_safe(options.get("api_base") or API_BASE)
        self._key = credentials.get("api_key") or ""
        self.session = http.Session("Lever", read_timeout=http.read_timeout(options), pace=pace)

    def close(self) -> None:
        self.session.close()

    def page(
        self, path: str, shape: type[S], offset: str = "", filters: Filters | None = None
    ) -> tuple[tuple[S, ...], str]:
        """Read one page and the offset of the next, "" on the last. Filters are repeated with every offset.

        An offset that has expired is refused with 400, which comes as a permanent `ATSError`.
        """
        query = {"limit": str(PER_PAGE), **(filters or {}), **({"offset": offset} if offset else {})}
        whole = self._send("GET", path, query)
        data = whole.get("data")
        if not isinstance(data, list):
            raise ATSError(f"Lever answered {_public(path)} with something that is not a list")
        following = whole.get("next") if whole.get("hasNext") else None
        return tuple(_read(shape, item, path) for item in data), following if isinstance(following, str) else ""

    def list(self, path: str, shape: type[S], filters: Filters | None = None) -> Iterator[S]:
        offset = ""
        while True:
            found, offset = self.page(path, shape, offset, filters)
            yield from found
            if not offset:
                return

    def one(self, path: str, shape: type[S], filters: Filters | None = None) -> S | None:
        """Read one object; None when it is gone. What a key may not see (403) is an error, not a loss."""
        try:
            whole = self._send("GET", path, filters)
        except ATSError as problem:
            if problem.status == 404:
                return None
            raise
        return _read(shape, whole.get("data"), path)

    def write(
        self,
        method: str,
        path: str,
        *,
        perform_as: str = "",
        body: Any = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> Any:
        """Send one write and return its `data`; None for an empty answer."""
        query = {"perform_as": perform_as} if perform_as else None
        return self._send(method, path, query, body=body, files=files, write=True).get("data")

    def download(self, path: str, *, largest: int) -> bytes:
        """Fetch a file from Lever's own API, which wants the key for that as well."""
        return self.session.download(self.base + path, largest=largest, basic=(self._key, ""))

    def _send(
        self,
        method: str,
        path: str,
        query: Filters | None = None,
        *,
        body: Any = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        write: bool = False,
    ) -> dict[str, Any]:
        if not self._key:
            raise ATSError("the Lever connection has no api_key", permanent=True)
        url = self.base + path + (f"?{urlencode(query, doseq=True)}" if query else "")
        data = self.session.send(method, url, write=write, body=body, files=files, basic=(self._key, "")).data
        if data is not None and not isinstance(data, dict):
            raise ATSError(f"Lever answered {_public(path)} with something that is no object", unknown=write)
        return data or {}


def at(*parts: str) -> str:
    """Build a path from ids that may come from anywhere."""
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def millis(moment: datetime) -> str:
    return str(int(moment.timestamp() * 1000))


def from_millis(value: int) -> datetime:
    return datetime.fromtimestamp(value / 1000, tz=UTC)


def _public(path: str) -> str:
    return path.split("?")[0].split("/")[1]


def _read(shape: type[S], item: Any, path: str) -> S:
    try:
        return shape.model_validate(item)
    except ValidationError as problem:
        where = ".".join(str(part) for part in problem.errors()[0]["loc"]) or "the whole"
        raise ATSError(f"Lever answered {_public(path)} in a shape we do not know ({where})") from problem
