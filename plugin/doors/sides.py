"""Which pages the world may reach and which are for colleagues: two sides of one application.

With `Settings.staff_host` a process serves one side on its own address and answers 404 to the other's, so that the public
address can be opened to the world and the staff's to the office alone. A page that nobody sorted here is staff's.
"""

from __future__ import annotations

from typing import Any, Literal

from flask import Flask, abort, request

from plugin.settings import Settings

Side = Literal["public", "staff"]
SIDES: tuple[Side, ...] = ("public", "staff")

PUBLIC = frozenset({"webhooks", "mail", "inbound", "candidates", "candidate", "acting", "by_link"})
"""Blueprints of machines that sign, of candidates, and of managers who hold a link mailed to them."""
BOTH = frozenset({"static", "switch_language", "health.health", "health.ready"})
"""Endpoints of both sides: what pages are made of, and what a load balancer asks."""


def sides_of(endpoint: str) -> tuple[Side, ...]:
    """On which sides an endpoint is served."""
    if endpoint in BOTH:
        return SIDES
    return ("public",) if endpoint.partition(".")[0] in PUBLIC else ("staff",)


def address_of(settings: Settings, side: Side) -> str:
    """The address people reach a side at."""
    return settings.public_url if side == "public" else settings.staff_address


class SidedFlask(Flask):
    """An application of one side, or of both (None). Links to the other side carry its address."""

    side: Side | None = None

    def keep_to(self, side: Side | None, settings: Settings) -> None:
        """Serve this side alone. Call it before anything else asks to look at requests."""
        self.side, self._settings = side, settings
        if side is not None:
            self.before_request(self._refuse_other_side)

    def _refuse_other_side(self) -> None:
        # Unknown addresses have no endpoint and are 404 anyway.
        if request.endpoint is not None and self.side not in sides_of(request.endpoint):
            abort(404)

    def log_exception(self, exc_info: Any) -> None:
        """Log where it happened. Flask's own line has the address, in which a link's token or a webhook's secret stands."""
        self.logger.error("exception at %s [%s]", request.url_rule, request.method, exc_info=exc_info)

    def url_for(self, endpoint: str, **values: Any) -> str:
        full = f"{request.blueprint}{endpoint}" if endpoint.startswith(".") and request.blueprint else endpoint
        path = super().url_for(endpoint, **values)
        if self.side is None or self.side in sides_of(full) or not path.startswith("/"):
            return path
        [other] = sides_of(full)
        return address_of(self._settings, other) + path
