"""Workable's wire: the token, pages by address, refusals."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from connectors.sandbox.kit import StandIn, answer
from connectors.sandbox.standins.workable.shown import TOKEN, Wrong

LISTS_KEPT = 50


class Wire(StandIn):
    """The protocol; the paths are added by what stands on it."""

    @abstractmethod
    def _routes(self) -> dict[str, Callable[..., Response]]:
        """Path, with the method before it unless it is read → view."""

    def refusal(self, status: int, words: str) -> Response:
        return answer({"error": words}, status)

    def rate_headers(self, left: int, seconds: float) -> dict[str, str]:
        reset = int(self.now().timestamp() + seconds)
        limit = self.rate.calls if self.rate else 10
        return {
            "X-Rate-Limit-Limit": str(limit),
            "X-Rate-Limit-Remaining": str(left),
            "X-Rate-Limit-Reset": str(reset),
        }

    def wire(self) -> Blueprint:
        self._lists: dict[str, tuple[list[Any], dict[str, int]]] = {}
        api = Blueprint("workable", __name__)
        api.before_request(self._allowed)
        api.register_error_handler(Wrong, lambda no: answer({"error": no.words}, no.status))
        for rule, view in self._routes().items():
            method, _, path = rule.rpartition(" ")
            api.add_url_rule(path, rule, self._whole(view), methods=[method or "GET"], provide_automatic_options=False)
        return api

    def _whole(self, view: Callable[..., Response]) -> Callable[..., Response]:
        def serve(**ids: str) -> Response:
            with self.world.whole():
                return view(**ids)

        return serve

    def _allowed(self) -> Response | None:
        signed = request.path.startswith("/files/")  # an address that is good for a while without a token
        if not signed and request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return answer({"error": "Not authorized"}, 401)
        return None

    def _listed(self, key: str, rows: Callable[[], Iterable[Any]], id_of: Callable[[Any], str], show: Any) -> Response:
        """A page of a list. `paging.next` is a whole address: the same filters, and the id to go on from."""
        limit = int(request.args.get("limit") or 50)
        if not 1 <= limit <= 100:
            raise Wrong(422, "limit must be between 1 and 100")
        filters = {name: value for name, value in request.args.items() if name != "since_id"}
        name = f"{request.path}?{urlencode(filters)}"
        since = request.args.get("since_id")
        if since is None or name not in self._lists:
            found = list(rows())
            self._lists.pop(name, None)
            self._lists[name] = (found, {id_of(row): number for number, row in enumerate(found)})
            for old in list(self._lists)[:-LISTS_KEPT]:
                del self._lists[old]
        kept, places = self._lists[name]
        if since is not None and since not in places:
            raise Wrong(422, "since_id is not valid")
        start = places[since] if since else 0
        body: dict[str, Any] = {key: [show(row) for row in kept[start : start + limit]]}
        if start + limit < len(kept):
            following = urlencode({**filters, "since_id": id_of(kept[start + limit])})
            body["paging"] = {"next": f"https://stand-in.workable.com/spi/v3{request.path}?{following}"}
        return answer(body)

    def _member_acting(self) -> str:
        who = str(request.get_json().get("member_id") or "")
        if who not in self.world.colleagues:
            raise Wrong(422, "member_id is not a member of this account")
        return who
