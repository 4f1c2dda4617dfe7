"""Ashby's API as a protocol: every call a POST of JSON to `<resource>.<verb>`, refusals with status 200, lists by cursor.

Authentication: https://developers.ashbyhq.com/reference/authentication (the API key as HTTP Basic's user name).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from connectors import http
from connectors.ashby.shapes import AshbyAnswer, Shape
from connectors.base import ATSError
from connectors.pace import Pace
from connectors.wording import without_addresses

S = TypeVar("S", bound=Shape)

API_BASE = "https://api.ashbyhq.com"
LIMIT = 100  # the most a page holds

# Codes that may pass by trying again; every other refusal stays what it is. Only these words were found in public: the
# documentation lists the codes of few calls.
LIMITED = ("rate_limit", "too_many")
PASSING = (*LIMITED, "timeout", "unavailable", "internal", "conflict")


class Refused(ATSError):
    """Ashby said no in its own way: `success: false`, with `code` beside its words.

    `status` is what others would have answered, where the code says that much.
    """

    def __init__(self, message: str, code: str, *, unknown: bool) -> None:
        passing = any(word in code for word in PASSING)
        status = 429 if any(word in code for word in LIMITED) else 404 if code.endswith("not_found") else 200
        super().__init__(message, status=status, permanent=not passing, unknown=unknown and "internal" in code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Listed(Generic[S]):
    """A page of a list. `at`: Ashby's clock when it answered, None where it said nothing."""

    items: tuple[S, ...]
    cursor: str
    sync_token: str
    at: datetime | None


class Rpc:
    """A client for one API key."""

    def __init__(self, credentials: Mapping[str, str], options: Mapping[str, str], pace: Pace) -> None:
        self.base = http.require_safe(options.get("api_base") or API_BASE)
        self._key = credentials.get("api_key", "")
        self.session = http.Session("Ashby", read_timeout=http.read_timeout(options), pace=pace)

    def close(self) -> None:
        self.session.close()

    def call(self, verb: str, body: Mapping[str, Any] | None = None, *, write: bool = False) -> Any:
        """Make one call and return its `results`. Raises `Refused` where Ashby answers 200 with `success: false`."""
        return self._answer(verb, body or {}, write)[0].results

    def one(self, verb: str, shape: type[S], body: Mapping[str, Any], *, write: bool = False) -> S:
        """Make a call that answers with one object. A write whose object can't be read may have been applied."""
        return _read(shape, self.call(verb, body, write=write), verb, write)

    def find(self, verb: str, shape: type[S], body: Mapping[str, Any]) -> S | None:
        """Read one object; None when it is gone or hidden from our key."""
        try:
            return self.one(verb, shape, body)
        except ATSError as problem:
            if problem.status == 404:
                return None
            raise

    def page(
        self,
        verb: str,
        shape: type[S],
        body: Mapping[str, Any] | None = None,
        *,
        cursor: str = "",
        sync_token: str = "",
        limit: int = LIMIT,
    ) -> Listed[S]:
        """Read one page: https://developers.ashbyhq.com/docs/pagination-and-incremental-sync."""
        given: dict[str, Any] = {**(body or {}), "limit": limit}
        if cursor:
            given["cursor"] = cursor
        if sync_token:
            given["syncToken"] = sync_token
        answer, at = self._answer(verb, given, write=False)
        if not isinstance(answer.results, list):
            raise ATSError(f"Ashby answered {verb} with something that is not a list")
        more = answer.next_cursor if answer.more_data_available else ""
        items = tuple(_read(shape, item, verb, write=False) for item in answer.results)
        return Listed(items, more, answer.sync_token, at)

    def list(self, verb: str, shape: type[S], body: Mapping[str, Any] | None = None) -> Iterator[S]:
        """Yield a whole list, page by page."""
        cursor = ""
        while True:
            page = self.page(verb, shape, body, cursor=cursor)
            yield from page.items
            if not (cursor := page.cursor):
                return

    def unpaged(self, verb: str, shape: type[S], body: Mapping[str, Any] | None = None) -> Sequence[S]:
        """Read a list that Ashby gives in one piece."""
        found = self.call(verb, body)
        if not isinstance(found, list):
            raise ATSError(f"Ashby answered {verb} with something that is not a list")
        return [_read(shape, item, verb, write=False) for item in found]

    def _answer(self, verb: str, body: Mapping[str, Any], write: bool) -> tuple[AshbyAnswer, datetime | None]:
        if not self._key:
            raise ATSError("the Ashby connection has no api_key", permanent=True)
        answered = self.session.send(
            "POST",
            f"{self.base}/{verb}",
            write=write,
            body=dict(body),
            basic=(self._key, ""),
            headers={"Accept": "application/json; version=1"},
        )
        answer = _read(AshbyAnswer, answered.data, verb, write)
        if not answer.success:
            raise _refused(verb, answer, write)
        return answer, _date(answered.headers.get("date", ""))


def _refused(verb: str, answer: AshbyAnswer, write: bool) -> Refused:
    # `errors` is deprecated in favour of `errorInfo`, and still what most examples show.
    code = answer.error_info.code if answer.error_info else ""
    words = answer.error_info.message if answer.error_info else ""
    others = [text for text in answer.errors if isinstance(text, str)]
    code = code or next((text for text in others if " " not in text), "")
    said = words or "; ".join(others) or code or "no reason given"
    shown = said if not code or code in said else f"{said} ({code})"
    return Refused(f"Ashby: {verb}: {without_addresses(shown)[:500]}", code, unknown=write)


def _read(shape: type[S], item: Any, verb: str, write: bool) -> S:
    try:
        return shape.model_validate(item)
    except ValidationError as problem:
        where = ".".join(str(part) for part in problem.errors()[0]["loc"]) or "the whole"
        raise ATSError(f"Ashby answered {verb} in a shape we do not know ({where})", unknown=write) from problem


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except ValueError:
        return None
