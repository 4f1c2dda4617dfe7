"""Teamtailor's API as a protocol: JSON:API, one key, dated versions, pages of at most thirty.

https://docs.teamtailor.com (its source: github.com/Teamtailor/docs). Resources are flattened when they come: attributes,
id, and the ids of related resources that were included, as `<relation>-id` or `<relation>-ids`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from pydantic import ValidationError

from connectors import http
from connectors.base import ATSError
from connectors.pace import Pace
from connectors.teamtailor.shapes import Shape

S = TypeVar("S", bound=Shape)
R = TypeVar("R", bound=Shape)

API_BASE = "https://api.teamtailor.com"
API_VERSION = "20240404"
PAGE_SIZE = "30"  # the most a page holds
MEDIA_TYPE = "application/vnd.api+json"


@dataclass(frozen=True, slots=True)
class Listed(Generic[S]):
    """A page of a list. `included`: related resources as they came, by type and id."""

    items: tuple[S, ...]
    cursor: str
    included: Mapping[tuple[str, str], Any]

    def related(self, kind: str, id: str, shape: type[R]) -> R | None:
        """A related resource, if it came along."""
        found = self.included.get((kind, id))
        return None if found is None else _read(shape, found, kind, write=False)


class Api:
    """A client for one API key."""

    def __init__(self, credentials: Mapping[str, str], options: Mapping[str, str], pace: Pace) -> None:
        self.base = http.require_safe(options.get("api_base") or API_BASE)
        self._version = options.get("api_version") or API_VERSION
        self._key = credentials.get("api_key", "")
        self.session = http.Session("Teamtailor", read_timeout=http.read_timeout(options), pace=pace)

    def close(self) -> None:
        self.session.close()

    def page(self, path: str, shape: type[S], cursor: str = "", **params: str) -> Listed[S]:
        """Read one page; `cursor` is what stood in the link to it, so that numbered and opaque pages both go on."""
        asked = {**params, "page[size]": PAGE_SIZE, **dict(parse_qsl(cursor))}
        body = self._send("GET", path, params=asked)
        items = body.get("data")
        if not isinstance(items, list):
            raise ATSError(f"Teamtailor answered {path} with something that is not a list")
        included = {
            (str(one.get("type")), str(one.get("id"))): one
            for one in body.get("included") or []
            if isinstance(one, dict)
        }
        return Listed(
            tuple(_read(shape, item, path, write=False) for item in items), _next(body.get("links")), included
        )

    def list(self, path: str, shape: type[S], **params: str) -> Iterator[S]:
        """Yield a whole list, page by page."""
        cursor = ""
        while True:
            page = self.page(path, shape, cursor, **params)
            yield from page.items
            if not (cursor := page.cursor):
                return

    def find(self, path: str, shape: type[S], **params: str) -> S | None:
        """Read one object; None when it is gone or hidden from our key."""
        try:
            body = self._send("GET", path, params=params)
        except ATSError as problem:
            if problem.status == 404:
                return None
            raise
        return _read(shape, body.get("data"), path, write=False)

    def create(self, path: str, shape: type[S], body: Mapping[str, Any]) -> S:
        answer = self._send("POST", path, body={"data": dict(body)}, write=True)
        return _read(shape, answer.get("data"), path, write=True)

    def update(self, kind: str, id: str, **changes: Any) -> None:
        """Change attributes and relationships of one resource."""
        self._send("PATCH", f"{kind}/{id}", body={"data": {"type": kind, "id": id, **changes}}, write=True)

    def _send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        write: bool = False,
    ) -> dict[str, Any]:
        if not self._key:
            raise ATSError("the Teamtailor connection has no api_key", permanent=True)
        headers = {
            "Authorization": f"Token token={self._key}",
            "X-Api-Version": self._version,
            "Accept": MEDIA_TYPE,
            **({"Content-Type": MEDIA_TYPE} if body is not None else {}),
        }
        answered = self.session.send(
            method, f"{self.base}/v1/{path}", params=params, body=body, write=write, headers=headers
        )
        if not isinstance(answered.data, dict):
            raise ATSError(f"Teamtailor answered {path} with something that is not an object", unknown=write)
        return answered.data


def reference(kind: str, id: str) -> dict[str, Any]:
    """A relationship's value."""
    return {"data": {"type": kind, "id": id}}


def _next(links: Any) -> str:
    """What the link to the next page says of pages; nothing else of it is used: the key goes to no address but ours."""
    link = links.get("next") if isinstance(links, dict) else None
    if not isinstance(link, str):
        return ""
    return urlencode([(key, value) for key, value in parse_qsl(urlsplit(link).query) if key.startswith("page[")])


def _flat(item: Any) -> Any:
    """Put a resource's attributes, id and included relations side by side."""
    if not isinstance(item, dict):
        return item
    attributes, relations = item.get("attributes"), item.get("relationships")
    flat: dict[str, Any] = dict(attributes) if isinstance(attributes, dict) else {}
    for name, relation in relations.items() if isinstance(relations, dict) else ():
        data = relation.get("data") if isinstance(relation, dict) else None
        if isinstance(data, dict):
            flat[f"{name}-id"] = data.get("id")
        elif isinstance(data, list):
            flat[f"{name}-ids"] = [one.get("id") for one in data if isinstance(one, dict)]
    return {**flat, "id": item.get("id"), "links": item.get("links") or {}}


def _read(shape: type[S], item: Any, path: str, *, write: bool) -> S:
    try:
        return shape.model_validate(_flat(item))
    except ValidationError as problem:
        where = ".".join(str(part) for part in problem.errors()[0]["loc"]) or "the whole"
        raise ATSError(f"Teamtailor answered {path} in a shape we do not know ({where})", unknown=write) from problem
