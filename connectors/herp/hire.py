"""The HERP Hire API as a protocol: the key, pages of a hundred, writes.

https://public-api.herp.cloud/hire/public/doc: `Authorization: Bearer`, 100 requests a minute per tenant (every program
of the customer's counts), `x-remaining-request` and `x-reset-at` on each answer. Pages count from 1, hold 100, and say
`hasNextPage`; `limit` is ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from connectors import http
from connectors.base import ATSError
from connectors.herp.shapes import HerpCreated
from connectors.pace import Pace
from connectors.shape import Shape, read, read_all

S = TypeVar("S", bound=Shape)

VENDOR = "HERP Hire"
API_BASE = "https://public-api.herp.cloud/hire"


class Hire:
    """A client with one API key. A key lives until an administrator of the tenant takes it back; a 401 stays one."""

    def __init__(self, credentials: Mapping[str, str], options: Mapping[str, str], pace: Pace) -> None:
        self.base = http.require_safe(options.get("api_base") or API_BASE)
        self._key = credentials.get("api_key", "")
        self.session = http.Session(VENDOR, read_timeout=http.read_timeout(options), pace=pace)

    def close(self) -> None:
        self.session.close()

    def page(self, name: str, shape: type[S], number: int, **filters: str) -> tuple[tuple[S, ...], bool]:
        """Read one page of a list, and whether another follows."""
        data = self._send("GET", f"/v1/{name}", params={"page": str(number), **filters})
        return self._items(data, name, shape), isinstance(data, dict) and data.get("hasNextPage") is True

    def list(self, name: str, shape: type[S], **filters: str) -> Iterator[S]:
        """Yield every object of a list, page by page."""
        number, more = 1, True
        while more:
            found, more = self.page(name, shape, number, **filters)
            yield from found
            number += 1

    def one(self, name: str, shape: type[S], id: str) -> S | None:
        """Read one object by id; None when it is gone."""
        try:
            data = self._send("GET", f"/v1/{name}/{quote(id, safe='')}")
        except ATSError as problem:
            if problem.status == 404:
                return None
            raise
        return read(VENDOR, shape, data, name)

    def below(self, id: str, name: str, shape: type[S]) -> tuple[S, ...] | None:
        """Read what hangs on a candidacy, all of it (no paging is documented); None when the candidacy is gone."""
        try:
            data = self._send("GET", f"/v1/candidacies/{quote(id, safe='')}/{name}")
        except ATSError as problem:
            if problem.status == 404:
                return None
            raise
        return self._items(data, name, shape)

    def create(self, path: str, body: Mapping[str, Any]) -> str:
        """Create something and return its id. Nothing here is idempotent: look first."""
        data = self._send("POST", f"/v1/{path}", body=dict(body), write=True)
        try:
            return HerpCreated.model_validate(data).id
        except ValueError as problem:
            raise ATSError(
                f"{VENDOR} gave no id for what was created ({path.split('/')[-1]})", unknown=True
            ) from problem

    def patch(self, path: str, body: Mapping[str, Any]) -> None:
        self._send("PATCH", f"/v1/{path}", body=dict(body), write=True)

    def _items(self, data: Any, name: str, shape: type[S]) -> tuple[S, ...]:
        """The list in an answer. Lists stand under their own name; under which one comments stand is unverified."""
        if isinstance(data, dict):
            lists = [value for value in data.values() if isinstance(value, list)]
            data = data[name] if isinstance(data.get(name), list) else lists[0] if len(lists) == 1 else None
        return read_all(VENDOR, shape, data, name)

    def _send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        write: bool = False,
    ) -> Any:
        if not self._key:
            raise ATSError(f"the {VENDOR} connection has no api_key", permanent=True)
        headers = {"Authorization": f"Bearer {self._key}"}
        return self.session.send(method, self.base + path, params=params, body=body, write=write, headers=headers).data
