"""Reading a list as the wire does: filters, cursor, newest first.

Filters and `per_page` on the first request, then the cursor alone; ids filters plural and at most 50; unknown names
refused. There is no `GET /{list}/{id}`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from connectors.sandbox.jobs import Unprocessable
from connectors.sandbox.lists import EVERYWHERE, LISTS, Listing, show
from connectors.sandbox.store import Store, iso

MAX_PER_PAGE = 500
DEFAULT_PER_PAGE = 100
MAX_IDS = 50


@dataclass(frozen=True)
class Page:
    rows: list[dict[str, Any]]
    cursor: str  # "" on the last page


def read(store: Store, name: str, query: Mapping[str, str]) -> Page:
    """Answer one page of a list. Raises `Unprocessable` as the wire does with 422."""
    listing = LISTS[name]
    if "cursor" in query:
        if len(query) > 1:
            raise Unprocessable("cursor must be the only query parameter")
        asked, before = _read_cursor(name, query["cursor"])
    else:
        asked, before = dict(query), None
    conditions, values = _conditions(listing, asked)
    per_page = _per_page(asked.get("per_page"))
    if before is not None:
        conditions.append("id < ?")
        values.append(before)
    rows = store.select(name, " AND ".join(conditions) or "1", values, f"ORDER BY id DESC LIMIT {per_page + 1}")
    more = len(rows) > per_page
    rows = rows[:per_page]
    shown = [show(store, name, row) for row in rows]
    if asked.get("fields"):
        wanted = {"id", *asked["fields"].split(",")}
        shown = [{key: value for key, value in row.items() if key in wanted} for row in shown]
    return Page(shown, _write_cursor(name, asked, rows[-1]["id"]) if more else "")


def _write_cursor(name: str, asked: Mapping[str, str], last: int) -> str:
    text = json.dumps([name, dict(asked), last], ensure_ascii=True)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(name: str, cursor: str) -> tuple[dict[str, str], int]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        kind, asked, last = json.loads(base64.urlsafe_b64decode(padded))
    except (ValueError, binascii.Error):
        raise Unprocessable("Invalid cursor") from None
    if kind != name:
        raise Unprocessable("Invalid cursor")
    return dict(asked), int(last)


def _per_page(value: str | None) -> int:
    if value is None:
        return DEFAULT_PER_PAGE
    if not value.isdigit() or not 1 <= int(value) <= MAX_PER_PAGE:
        raise Unprocessable("Invalid query params: per_page must be between 1 and 500")
    return int(value)


def _conditions(listing: Listing, asked: Mapping[str, str]) -> tuple[list[str], list[Any]]:
    filters = {**EVERYWHERE, **listing.filters}
    unknown = [key for key in asked if key not in filters and key not in ("per_page", "fields")]
    if unknown:
        raise Unprocessable(f"Invalid query params: {', '.join(sorted(unknown))}")
    conditions: list[str] = []
    values: list[Any] = []
    for key, text in asked.items():
        if key in ("per_page", "fields"):
            continue
        kind, _, column = filters[key].partition(":")
        if kind == "ids" or kind == "idsin":
            ids = _ids(key, text)
            marks = ", ".join("?" for _ in ids)
            if kind == "ids":
                conditions.append(f"{column} IN ({marks})")
            else:
                conditions.append(
                    f"EXISTS (SELECT 1 FROM json_each({column}) WHERE json_each.value IN ({marks}))"  # noqa: S608
                )
            values.extend(ids)
        elif kind == "bool":
            if text not in ("true", "false"):
                raise Unprocessable(f"Invalid query params: {key} must be true or false")
            conditions.append(f"{column} = ?")
            values.append(int(text == "true"))
        elif kind == "text":
            conditions.append(f"{column} = ?")
            values.append(text)
        elif kind == "status":
            # Asked for as `active`, answered as `in_process`.
            if text not in ("active", "rejected", "hired", "converted"):
                raise Unprocessable("Invalid query params: status")
            conditions.append("status = ?")
            values.append("in_process" if text == "active" else text)
        elif kind == "email":
            conditions.append(
                f"EXISTS (SELECT 1 FROM json_each({column}) WHERE"  # noqa: S608
                " lower(json_extract(json_each.value, '$.value')) = ?)"
            )
            values.append(text.lower())
        elif kind == "tag":
            conditions.append(
                "EXISTS (SELECT 1 FROM applied_candidate_tags a JOIN candidate_tags t ON t.id = a.candidate_tag_id"
                " WHERE a.candidate_id = candidates.id AND t.name = ?)"
            )
            values.append(text)
        elif kind == "time":
            for operator, moment in _bounds(key, text):
                conditions.append(f"{column} {operator} ?")
                values.append(iso(moment))
    return conditions, values


def _ids(key: str, text: str) -> list[int]:
    parts = text.split(",")
    if len(parts) > MAX_IDS:
        raise Unprocessable(f"Invalid query params: {key} takes at most {MAX_IDS} ids")
    if not all(part.isdigit() for part in parts):
        raise Unprocessable(f"Invalid query params: {key} must be integers")
    return [int(part) for part in parts]


OPERATORS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}


def _bounds(key: str, text: str) -> list[tuple[str, datetime]]:
    """Read `gte|2026-01-01T00:00:00Z|lte|...`."""
    parts = text.split("|")
    if len(parts) % 2:
        raise Unprocessable(f"Invalid query params: {key} must look like gte|2026-01-01T00:00:00Z")
    bounds = []
    for operator, moment in zip(parts[::2], parts[1::2], strict=True):
        try:
            when = datetime.fromisoformat(moment)
        except ValueError:
            raise Unprocessable(f"Invalid query params: {key} is not a time") from None
        if operator not in OPERATORS:
            raise Unprocessable(f"Invalid query params: {key} operator")
        bounds.append((OPERATORS[operator], when if when.tzinfo else when.replace(tzinfo=UTC)))
    return bounds
