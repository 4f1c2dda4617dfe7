"""Lever's wire: the key, pages by offset, refusals."""

from __future__ import annotations

import base64
from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from flask import Blueprint, Response, request

from connectors.sandbox.kit import StandIn, answer
from connectors.sandbox.standins.lever.shown import KEY, Wrong

LISTS_KEPT = 50


class Wire(StandIn):
    """The protocol; the paths are added by what stands on it."""

    @abstractmethod
    def _routes(self) -> dict[str, tuple[Any, ...]]:
        """Path, with the method before it unless it is read → (view, methods)."""

    def refusal(self, status: int, words: str) -> Response:
        codes = {429: "TooManyRequests", 500: "InternalServerError", 504: "GatewayTimeout"}
        return answer({"code": codes.get(status, "Error"), "message": words}, status)

    def wire(self) -> Blueprint:
        self._snapshots: dict[str, list[Any]] = {}
        self.refuse: set[str] = set()
        """Paths this key has no permission for."""
        api = Blueprint("lever", __name__)
        api.before_request(self._allowed)
        api.register_error_handler(Wrong, lambda no: answer({"code": no.code, "message": no.words}, no.status))
        for rule, (view, *methods) in self._routes().items():
            api.add_url_rule(
                rule.split(" ")[-1],
                rule,
                self._whole(view),
                methods=methods or ["GET"],
                provide_automatic_options=False,
            )
        return api

    def _whole(self, view: Callable[..., Response]) -> Callable[..., Response]:
        def serve(**ids: str) -> Response:
            with self.world.whole():
                return view(**ids)

        return serve

    def _allowed(self) -> Response | None:
        given = request.authorization
        if given is None or given.type != "basic" or given.username != KEY or given.password:
            return answer({"code": "AuthenticationError", "message": "Invalid API key"}, 401)
        if any(request.path.startswith(path) for path in self.refuse):
            return answer({"code": "ForbiddenError", "message": "This key has no permission for it"}, 403)
        return None

    def _listed(self, rows: Iterable[Any], show: Callable[[Any], Any] = lambda row: row) -> Response:
        """A page of a list; the rest is kept under an opaque offset."""
        limit = int(request.args.get("limit") or 100)
        if not 1 <= limit <= 100:
            raise Wrong(400, "BadRequestError", "limit must be between 1 and 100")
        name, start = "", 0
        if offset := request.args.get("offset"):
            try:
                name, _, number = base64.urlsafe_b64decode(offset).decode().partition(":")
                kept, start = self._snapshots[name], int(number)
            except (ValueError, KeyError):
                raise Wrong(400, "BadRequestError", "Invalid offset token") from None
        else:
            kept = list(rows)
        page, following = kept[start : start + limit], start + limit
        body: dict[str, Any] = {"data": [show(row) for row in page], "hasNext": following < len(kept)}
        if following < len(kept):
            if not name:
                name = self.new_id("offset")
                self._snapshots[name] = kept
                for old in list(self._snapshots)[:-LISTS_KEPT]:
                    del self._snapshots[old]
            body["next"] = base64.urlsafe_b64encode(f"{name}:{following}".encode()).decode()
        return answer(body)

    def _by(self) -> str:
        who = request.args.get("perform_as", "")
        if who not in self.world.colleagues:
            raise Wrong(400, "BadRequestError", "perform_as must be the id of a user")
        return who
