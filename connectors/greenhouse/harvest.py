"""Harvest v3 as a protocol: the token, lists by cursor, writes.

Authentication: https://harvestdocs.greenhouse.io/docs/authentication. Paging: filters and `per_page` on the first
request, then the cursor alone. There is no `GET /{list}/{id}`; one object is a list filtered by `ids`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from pydantic import ValidationError
from requests.utils import parse_header_links

from connectors import http
from connectors.base import ATSError, TokenStore
from connectors.greenhouse.shapes import GreenhouseToken, Shape
from connectors.pace import Pace

S = TypeVar("S", bound=Shape)

API_BASE = "https://harvest.greenhouse.io"
TOKEN_URL = "https://auth.greenhouse.io/token"  # noqa: S105 an address, no secret
PER_PAGE = 500  # the most v3 gives
MAX_IDS = 50  # the most an ids filter takes


class Harvest:
    """A signed-in Harvest v3 client for one credential.

    Minting a token revokes the one before it, so tokens live in a shared `TokenStore`: on 401 a new one is minted only
    if the stored one is still the one that failed.
    """

    def __init__(
        self, credentials: Mapping[str, str], options: Mapping[str, str], tokens: TokenStore, pace: Pace
    ) -> None:
        self.base = http.require_safe(options.get("api_base") or API_BASE)
        self._token_url = http.require_safe(options.get("token_url") or TOKEN_URL)
        self._credentials = credentials
        self._tokens = tokens
        self.session = http.Session("Greenhouse", read_timeout=http.read_timeout(options), pace=pace)

    def close(self) -> None:
        self.session.close()

    # Lists.

    def list(self, name: str, shape: type[S], **filters: str) -> Iterator[S]:
        """Yield every object of a list, newest id first, page by page."""
        cursor = ""
        while True:
            found, cursor = self.page(name, shape, cursor, **filters)
            yield from found
            if not cursor:
                return

    def page(self, name: str, shape: type[S], cursor: str = "", **filters: str) -> tuple[tuple[S, ...], str]:
        """Read one page and the cursor of the next ("" on the last); with a cursor the filters stand in it."""
        # "cursor must be the only query parameter", else 422. Only the cursor is taken out of the link: the token
        # goes to no address but ours.
        params = {"cursor": cursor} if cursor else {"per_page": str(PER_PAGE), **filters}
        answered = self._send("GET", f"/v3/{name}", params=params)
        if not isinstance(answered.data, list):
            raise ATSError(f"Greenhouse answered {name} with something that is not a list")
        return tuple(_read(shape, item, name) for item in answered.data), _next_cursor(answered.headers.get("link", ""))

    def list_by(self, name: str, shape: type[S], key: str, ids: Iterable[str | int], **filters: str) -> Iterator[S]:
        """Yield a list filtered by many ids, fifty at a time; nothing for no ids."""
        wanted = list(dict.fromkeys(str(id) for id in ids))
        for start in range(0, len(wanted), MAX_IDS):
            part = ",".join(wanted[start : start + MAX_IDS])
            yield from self.list(name, shape, **{key: part}, **filters)

    def one(self, name: str, shape: type[S], id: str | int) -> S | None:
        """Read one object by id; None when it is gone or hidden from us."""
        return next(self.list(name, shape, ids=str(id)), None)

    # Writes. Never repeated here, except that a 401 (nothing was applied) is tried again with a fresh token.

    def create(self, name: str, body: Mapping[str, Any]) -> Any:
        return self._send("POST", f"/v3/{name}", body=dict(body), write=True).data

    def patch(self, name: str, id: str, body: Mapping[str, Any]) -> None:
        self._send("PATCH", f"/v3/{name}/{id}", body=dict(body), write=True)

    def put(self, name: str, id: str, what: str, body: Mapping[str, Any]) -> None:
        self._send("PUT", f"/v3/{name}/{id}/{what}", body=dict(body), write=True)

    def act(self, name: str, id: str, verb: str, body: Mapping[str, Any]) -> None:
        self._send("POST", f"/v3/{name}/{id}/{verb}", body=dict(body), write=True)

    # The token.

    def sign_in(self, failed: str | None = None) -> str:
        """Return a token that is not `failed`: the stored one if others have replaced it, else a new one."""

        def mint(stored: str | None) -> str:
            return stored if stored and stored != failed else self._mint()

        return self._tokens.exclusive(mint)

    def _mint(self) -> str:
        missing = [name for name in ("client_id", "client_secret") if not self._credentials.get(name)]
        if missing:
            raise ATSError(f"the Greenhouse connection has no {' and no '.join(missing)}", permanent=True)
        form = {"grant_type": "client_credentials"}
        if self._credentials.get("sub"):
            form["sub"] = self._credentials["sub"]
        answered = self.session.send(
            "POST",
            self._token_url,
            form=form,
            basic=(self._credentials["client_id"], self._credentials["client_secret"]),
        )
        return _read(GreenhouseToken, answered.data, "token").access_token

    def _send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        write: bool = False,
    ) -> http.Answered:
        token = self._tokens.current() or self.sign_in()
        # Two fresh tokens: the first may be revoked by another process that minted at the same moment.
        for attempt in range(3):
            try:
                return self.session.send(
                    method,
                    self.base + path,
                    params=params,
                    body=body,
                    write=write,
                    headers={"Authorization": f"Bearer {token}"},
                )
            except ATSError as problem:
                if problem.status != 401 or attempt == 2:
                    raise
            token = self.sign_in(failed=token)
        raise AssertionError("unreachable: the last attempt returns or raises")


def at_or_after(moment: datetime) -> str:
    """Write a date filter: `updated_at=gte|2026-01-01T00:00:00Z`."""
    return f"gte|{moment.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}"


def _next_cursor(link: str) -> str:
    for part in parse_header_links(link) if link.strip() else []:
        if part.get("rel") == "next":
            return next(iter(parse_qs(urlsplit(part["url"]).query).get("cursor", [])), "")
    return ""


def _read(shape: type[S], item: Any, name: str) -> S:
    try:
        return shape.model_validate(item)
    except ValidationError as problem:
        where = ".".join(str(part) for part in problem.errors()[0]["loc"]) or "the whole"
        raise ATSError(f"Greenhouse answered {name} in a shape we do not know ({where})") from problem
