"""Every ATS we speak with: one line each."""

from __future__ import annotations

from connectors.base import Connector
from connectors.greenhouse import Greenhouse

CONNECTORS: dict[str, type[Connector]] = {
    Greenhouse.name: Greenhouse,
}
