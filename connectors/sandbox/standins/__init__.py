"""One stand-in per vendor, built from its documentation. `STANDINS` names them; each is a module of its own."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from connectors.sandbox.kit import Counterpart

# name → "module:class"; imported when first wanted, so that one vendor's trouble is only its own.
STANDINS: dict[str, str] = {
    "ashby": "ashby:AshbyStandIn",
    "greenhouse": "greenhouse:GreenhouseStandIn",
    "herp": "herp:HerpStandIn",
    "lever": "lever:LeverStandIn",
    "odoo": "odoo:OdooStandIn",
    "smartrecruiters": "smartrecruiters:SmartRecruitersStandIn",
    "talentio": "talentio:TalentioStandIn",
    "workable": "workable:WorkableStandIn",
    "teamtailor": "teamtailor:TeamtailorStandIn",
}


def stand_in(name: str) -> Callable[..., Counterpart]:
    """The stand-in of a vendor, to be called with `now=…`. Raises KeyError for a name that has none."""
    module, _, attribute = STANDINS[name].partition(":")
    found: Callable[..., Counterpart] = getattr(import_module(f"connectors.sandbox.standins.{module}"), attribute)
    return found
