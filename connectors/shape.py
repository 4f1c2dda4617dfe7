"""Foreign JSON at the door: the base of every vendor's shapes, and the types that forgive what vendors leave out.

A vendor's `shapes.py` holds its objects, only the fields we use, under the vendor's own names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from connectors.base import ATSError

S = TypeVar("S", bound="Shape")


def place_of(vendor: str, cursor: str) -> dict[str, Any]:
    """Where a list goes on, of a cursor that is a JSON object naming its `list`. Raises `ATSError` for any other."""
    try:
        place = json.loads(cursor)
    except ValueError:
        place = None
    if not isinstance(place, dict) or "list" not in place:
        raise ATSError(f"this cursor is none of {vendor}'s lists", permanent=True)
    return place


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _text(value: Any) -> Any:
    return "" if value is None else value


def _list(value: Any) -> Any:
    return () if value is None else value


def _maybe_time(value: Any) -> Any:
    return None if value == "" else value


Time = Annotated[datetime, AfterValidator(_utc)]
MaybeTime = Annotated[Time | None, BeforeValidator(_maybe_time)]
Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_list)]
Items = BeforeValidator(_list)


class Shape(BaseModel):
    """A vendor's object: what we don't use is ignored, what we use is checked."""

    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)


def read(vendor: str, shape: type[S], item: Any, what: str) -> S:
    """Read one object. Raises `ATSError` that names the place and never the value."""
    try:
        return shape.model_validate(item)
    except ValidationError as problem:
        where = ".".join(str(part) for part in problem.errors()[0]["loc"]) or "the whole"
        raise ATSError(f"{vendor} answered {what} in a shape we do not know ({where})") from problem


def read_all(vendor: str, shape: type[S], items: Any, what: str) -> tuple[S, ...]:
    """Read a list of objects. Raises `ATSError`."""
    if not isinstance(items, Iterable) or isinstance(items, (str, bytes, dict)):
        raise ATSError(f"{vendor} answered {what} with something that is not a list")
    return tuple(read(vendor, shape, item, what) for item in items)
