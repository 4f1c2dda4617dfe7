"""SmartRecruiters' Customer API as a protocol: the key or token, lists by page, reads and writes.

Authentication: https://dev.smartrecruiters.com/customer-api/authentication. Paging: `limit` at most 100, then the
`nextPageId` of each page as `pageId`. Limits: https://developers.smartrecruiters.com/docs/rate-limiting.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote

from pydantic import ValidationError

from connectors import http
from connectors.base import ATSError, TokenStore
from connectors.pace import Pace
from connectors.smartrecruiters.shapes import Created, Shape, SmartRecruitersToken

S = TypeVar("S", bound=Shape)

API_BASE = "https://api.smartrecruiters.com"
TOKEN_PATH = "/identity/oauth/token"  # noqa: S105 a path, no secret
WEBHOOKS = "webhooks-api/v201907"
INTERVIEWS = "interviews-api/v201904"
USERS = "user-api/v201804"
PER_PAGE = 100
READ_TIMEOUT = 128.0
"""Seconds; the vendor asks clients to wait at least that long."""


class Api:
    """A client for one credential: an API key (`api_key`), or OAuth (`client_id`, `client_secret`).

    A token is shared by processes; on 401 a new one is minted only if the stored one is still the one that failed.
    """

    def __init__(
        self, credentials: Mapping[str, str], options: Mapping[str, str], tokens: TokenStore, pace: Pace
    ) -> None:
        self.base = http.require_safe(options.get("api_base") or API_BASE)
        self._credentials = credentials
        self._tokens = tokens
        self.session = http.Session("SmartRecruiters", read_timeout=http.read_timeout(options, READ_TIMEOUT), pace=pace)
        # One search of people at a time, by the vendor's rule; other processes are kept apart by its 429.
        self._one_search = threading.Lock()

    def close(self) -> None:
        self.session.close()

    # Reads.

    def one(self, path: str, shape: type[S], **params: str) -> S | None:
        """Read one object; None when it is gone or hidden from us."""
        try:
            answered = self._send("GET", path, params=params)
        except ATSError as problem:
            if problem.status == 404:
                return None
            raise
        return read(shape, answered.data, path)

    def page(self, path: str, shape: type[S], cursor: str = "", **filters: str) -> tuple[tuple[S, ...], str]:
        """Read one page and the id of the next ("" on the last). The filters are sent with every page."""
        params = {"limit": str(PER_PAGE), **filters, **({"pageId": cursor} if cursor else {})}
        with self._one_search if path == "candidates" else nullcontext():
            answered = self._send("GET", path, params=params)
        if not isinstance(answered.data, dict) or not isinstance(answered.data.get("content"), list):
            raise ATSError(f"SmartRecruiters answered {path} with something that is not a list")
        following = answered.data.get("nextPageId")
        return tuple(read(shape, item, path) for item in answered.data["content"]), str(following or "")

    def list(self, path: str, shape: type[S], **filters: str) -> Iterator[S]:
        cursor = ""
        while True:
            found, cursor = self.page(path, shape, cursor, **filters)
            yield from found
            if not cursor:
                return

    # Writes. Never repeated here, except that a 401 (nothing was applied) is tried again with a fresh token.

    def create(self, path: str, body: Any) -> Any:
        return self._send("POST", path, body=body, write=True).data

    def put(self, path: str, body: Any = None) -> None:
        self._send("PUT", path, body=body, write=True)

    def patch(self, path: str, body: Any) -> None:
        self._send("PATCH", path, body=body, write=True)

    def upload(self, path: str, form: Mapping[str, str], file: tuple[str, bytes, str]) -> Any:
        return self._send("POST", path, form=form, files={"file": file}, write=True).data

    # The credential.

    def sign_in(self, failed: str | None = None) -> str:
        """Return a token that is not `failed`: the stored one if others have replaced it, else a new one."""

        def mint(stored: str | None) -> str:
            return stored if stored and stored != failed else self._mint()

        return self._tokens.exclusive(mint)

    @property
    def has_key(self) -> bool:
        return bool(self._credentials.get("api_key"))

    def _mint(self) -> str:
        if not (self._credentials.get("client_id") and self._credentials.get("client_secret")):
            raise ATSError("the SmartRecruiters connection has neither an API key nor an OAuth client", permanent=True)
        form = {
            "grant_type": "client_credentials",
            "client_id": self._credentials["client_id"],
            "client_secret": self._credentials["client_secret"],
        }
        answered = self.session.send("POST", self.base + TOKEN_PATH, form=form)
        return read(SmartRecruitersToken, answered.data, "token").access_token

    def _send(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        write: bool = False,
    ) -> http.Answered:
        def send(headers: Mapping[str, str]) -> http.Answered:
            return self.session.send(
                method,
                f"{self.base}/{path}",
                params=params,
                body=body,
                form=form,
                files=files,
                write=write,
                headers=headers,
            )

        if self.has_key:
            return send({"X-SmartToken": self._credentials["api_key"]})
        token = self._tokens.current() or self.sign_in()
        try:
            return send({"Authorization": f"Bearer {token}"})
        except ATSError as problem:
            if problem.status != 401:
                raise
        return send({"Authorization": f"Bearer {self.sign_in(failed=token)}"})


def part(id: str) -> str:
    """An id as one part of a path, whatever is in it."""
    return quote(id, safe="")


def just_before(moment: datetime) -> str:
    """Write `updatedAfter`, which leaves out the moment itself: yyyy-MM-ddTHH:mm:ss.SSSZ, a millisecond earlier."""
    earlier = moment.astimezone(UTC) - timedelta(milliseconds=1)
    return earlier.strftime("%Y-%m-%dT%H:%M:%S.") + f"{earlier.microsecond // 1000:03d}Z"


def created(answer: Any, what: str) -> str:
    """Take the id out of a create answer. One without an id may still have been applied."""
    try:
        return Created.model_validate(answer).id
    except ValidationError as problem:
        raise ATSError(f"SmartRecruiters gave no id for the new {what}", unknown=True) from problem


def read(shape: type[S], item: Any, name: str) -> S:
    try:
        return shape.model_validate(item)
    except ValidationError as problem:
        where = ".".join(str(each) for each in problem.errors()[0]["loc"]) or "the whole"
        raise ATSError(f"SmartRecruiters answered {name} in a shape we do not know ({where})") from problem
