"""The Talentio API as a protocol: the token, pages of a hundred, writes.

https://developers.talentio.com (1.1.2): `Authorization: Bearer`, 5,000 requests an hour, `X-Remaining` and `X-Reset`
(seconds) on each answer, pages from 1 with 100 rows each, `X-Total` rows in all. A token sees its issuer's workspace.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote

from connectors import http
from connectors.base import ATSError
from connectors.pace import Pace
from connectors.shape import Shape, read, read_all

S = TypeVar("S", bound=Shape)

VENDOR = "Talentio"
API_BASE = "https://talentio.com/api/v1"
PER_PAGE = 100


class Api:
    """A client with one access token, good until somebody takes it back; a 401 stays one."""

    def __init__(self, credentials: Mapping[str, str], options: Mapping[str, str], pace: Pace) -> None:
        self.base = http.require_safe(options.get("api_base") or API_BASE)
        self._token = credentials.get("access_token", "")
        self.session = http.Session(VENDOR, read_timeout=http.read_timeout(options), pace=pace)

    def close(self) -> None:
        self.session.close()

    def page(self, name: str, shape: type[S], number: int, **filters: str) -> tuple[tuple[S, ...], bool]:
        """Read one page of a list, and whether another follows."""
        answered = self._send("GET", f"/{name}", params={"page": str(number), **filters})
        rows = read_all(VENDOR, shape, answered.data, name)
        total = answered.headers.get("x-total", "")
        more = number * PER_PAGE < int(total) if total.isdigit() else len(rows) >= PER_PAGE
        return rows, more and bool(rows)

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
            answered = self._send("GET", f"/{name}/{quote(id, safe='')}")
        except ATSError as problem:
            if problem.status == 404:
                return None
            raise
        return read(VENDOR, shape, answered.data, name) if answered.data else None

    def create(self, name: str, body: Mapping[str, Any]) -> str:
        """Create something and return its id. Nothing here is idempotent: look first."""
        data = self._send("POST", f"/{name}", body=dict(body), write=True).data
        id = data.get("id") if isinstance(data, dict) else None
        if id is None:
            raise ATSError(f"{VENDOR} gave no id for what was created ({name})", unknown=True)
        return str(id)

    def patch(self, name: str, id: str, body: Mapping[str, Any]) -> None:
        self._send("PATCH", f"/{name}/{quote(id, safe='')}", body=dict(body), write=True)

    def _send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        write: bool = False,
    ) -> http.Answered:
        if not self._token:
            raise ATSError(f"the {VENDOR} connection has no access_token", permanent=True)
        headers = {"Authorization": f"Bearer {self._token}"}
        return self.session.send(method, self.base + path, params=params, body=body, write=write, headers=headers)


def moment(at: datetime) -> str:
    """Write a filter's time, `2026-01-01T00:00:00`. In which zone it is read is not documented: written as UTC it asks
    from the same moment or, read as Japanese time, from nine hours earlier; never from a later one."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
