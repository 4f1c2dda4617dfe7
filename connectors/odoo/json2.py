"""Odoo's external JSON-2 API, the protocol and nothing of recruitment.

https://www.odoo.com/documentation/19.0/developer/reference/external_api.html. Every call is a POST of named arguments to
`/json/2/<model>/<method>`; the answer is what the method returns. XML-RPC would do as well and is removed in Odoo 20.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from connectors import http
from connectors.base import ATSError
from connectors.odoo.shapes import Record
from connectors.pace import Pace
from connectors.shape import read_all

R = TypeVar("R", bound=Record)
Domain = Sequence[Any]

PER_PAGE = 500
EVERYTHING = {"active_test": False}
"""Odoo leaves archived records out of a search unless told otherwise."""


class Json2:
    """Calls with one key. Errors carry Odoo's `message`; its `debug`, a traceback, is read by nobody."""

    def __init__(self, key: str, options: Mapping[str, str], pace: Pace) -> None:
        self.base = http.require_safe(options["api_base"]) if options.get("api_base") else ""
        self.key = key
        self._database = options.get("database", "")
        self.session = http.Session("Odoo", read_timeout=http.read_timeout(options), pace=pace)

    def close(self) -> None:
        self.session.close()

    def call(self, model: str, method: str, *, write: bool = False, **named: Any) -> Any:
        """Call a method and return what it returns. `write`: see `connectors.http.Session.send`."""
        if not (self.base and self.key):
            raise ATSError(f"the Odoo connection has no {'api_key' if self.base else 'api_base'}", permanent=True)
        headers = {"Authorization": f"bearer {self.key}"}
        if self._database:
            headers["X-Odoo-Database"] = self._database
        url = f"{self.base}/json/2/{model}/{method}"
        try:
            return self.session.send("POST", url, write=write, body=named, headers=headers).data
        except ATSError as problem:
            # Odoo answers 500 to a field it doesn't know; nothing was applied, and waiting creates no field.
            if problem.status == 500 and "Invalid field" in str(problem):
                said = f"{problem}; run `kakuyaku connect odoo` again with an administrator's key"
                raise ATSError(said, status=500, permanent=True) from None
            raise

    def page(
        self,
        shape: type[R],
        domain: Domain,
        *,
        order: str = "id",
        limit: int = PER_PAGE,
        context: Mapping[str, Any] = EVERYTHING,
    ) -> tuple[R, ...]:
        """Read at most `limit` records. Fields are always named: without, Odoo refuses for one nobody may see."""
        found = self.call(
            shape.MODEL,
            "search_read",
            domain=list(domain),
            fields=shape.fields(),
            order=order,
            limit=limit,
            context=dict(context),
        )
        return read_all("Odoo", shape, found, shape.MODEL)

    def all(self, shape: type[R], domain: Domain, *, context: Mapping[str, Any] = EVERYTHING) -> Iterator[R]:
        """Read every record, oldest first, a page at a time: what is created meanwhile shifts nothing."""
        last = 0
        while True:
            found = self.page(shape, [*domain, ["id", ">", last]], context=context)
            yield from found
            if len(found) < PER_PAGE:
                return
            last = found[-1].id

    def one(self, shape: type[R], id: str) -> R | None:
        """Read a record by id, archived ones as well; None when it is gone or hidden from us."""
        if not is_id(id):
            return None
        return next(iter(self.page(shape, [["id", "=", int(id)]], limit=1)), None)

    def create(self, model: str, values: Mapping[str, Any], context: Mapping[str, Any] | None = None) -> str:
        answer = self.call(model, "create", write=True, vals_list=[dict(values)], context=dict(context or {}))
        return made(answer, model)

    def write(self, model: str, id: str | int, values: Mapping[str, Any]) -> None:
        self.call(model, "write", write=True, ids=[int(id)], vals=dict(values))


def made(answer: Any, what: str) -> str:
    """Take the id out of the answer of a method that made one record: an id, or a list of one."""
    id = answer[0] if isinstance(answer, list) and answer else answer
    if not isinstance(id, int) or isinstance(id, bool):
        raise ATSError(f"Odoo gave no id for the new {what}", unknown=True)
    return str(id)


def is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


def moment(at: datetime) -> str:
    """Write a time as Odoo does: UTC, no zone. It keeps microseconds and shows seconds, so a filter is floored."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
