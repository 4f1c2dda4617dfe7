"""Odoo's search domains, as its ORM page describes them: prefix notation over `[field, operator, value]`.

https://www.odoo.com/documentation/19.0/developer/reference/backend/orm.html#search-domains
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any


class BadDomain(ValueError):
    """Odoo answers 500 with these words."""


def names(domain: Sequence[Any]) -> Iterator[str]:
    return (str(leaf[0]) for leaf in domain if isinstance(leaf, (list, tuple)))


def holds(domain: Sequence[Any], row: dict[str, Any]) -> bool:
    """Say whether a row is in a domain. Terms side by side are an `&`."""
    terms = list(domain)
    stack: list[bool] = []
    for term in reversed(terms):
        if term == "!":
            stack.append(not stack.pop())
        elif term in ("&", "|"):
            first, second = stack.pop(), stack.pop()
            stack.append(first and second if term == "&" else first or second)
        else:
            stack.append(_leaf(term, row))
    return all(stack)


def plain(domain: Sequence[Any]) -> bool:
    """Whether all terms must hold, so that any of them may narrow a search."""
    return not any(isinstance(term, str) for term in domain)


def _leaf(term: Any, row: dict[str, Any]) -> bool:
    field, operator, value = term
    if field not in row:
        raise BadDomain(f"Invalid field {field} in condition {tuple(term)!r}")
    stands = row[field]
    if isinstance(stands, datetime) and isinstance(value, str):
        value = datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=stands.tzinfo)
    if isinstance(stands, list):
        return _many(operator, stands, value)
    if operator == "=":
        return bool(stands == value)
    if operator == "!=":
        return bool(stands != value)
    if operator in ("in", "not in"):
        return (stands in value) is (operator == "in")
    if operator in ("<", "<=", ">", ">="):
        # Nothing is neither smaller nor greater.
        if stands is False:
            return False
        return bool({"<": stands < value, "<=": stands <= value, ">": stands > value, ">=": stands >= value}[operator])
    if operator in ("like", "ilike", "=like", "=ilike"):
        return _like(str(stands or ""), str(value), whole=operator.startswith("="), fold="ilike" in operator)
    raise BadDomain(f"Invalid operator {operator!r}")


def _many(operator: str, stands: list[int], value: Any) -> bool:
    if value is False:
        return (not stands) is (operator in ("=", "in"))
    wanted = value if isinstance(value, list) else [value]
    return bool(set(stands) & set(wanted)) is (operator in ("=", "in"))


def _like(text: str, pattern: str, *, whole: bool, fold: bool) -> bool:
    parts = re.findall(r"\\.|[%_]|[^\\%_]+", pattern, re.DOTALL)
    made = "".join({"%": ".*", "_": "."}.get(part) or re.escape(part.removeprefix("\\")) for part in parts)
    flags = re.DOTALL | (re.IGNORECASE if fold else 0)
    return bool((re.fullmatch if whole else re.search)(made, text, flags))
