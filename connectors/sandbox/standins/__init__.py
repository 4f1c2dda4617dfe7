"""One stand-in per vendor, built from its documentation. `STANDINS` names them; each is a module of its own."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.sandbox.kit import StandIn

# name → "module:class"; imported when first wanted, so that one vendor's trouble is only its own.
STANDINS: dict[str, str] = {}


def stand_in(name: str) -> type[StandIn]:
    """The stand-in of a vendor. Raises KeyError for a name that has none."""
    module, _, attribute = STANDINS[name].partition(":")
    found: type[StandIn] = getattr(import_module(f"connectors.sandbox.standins.{module}"), attribute)
    return found
