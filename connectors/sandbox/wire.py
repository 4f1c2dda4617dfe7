"""The wire: `/token` and `/v3/*`, with the limits, refusals and failures a client must live with."""

from __future__ import annotations

import hmac
import json
import secrets
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, request

from connectors.sandbox import lists, people, queries, seed, write_routes, writes
from connectors.sandbox.jobs import Ats, Missing, Unprocessable
from connectors.sandbox.store import iso

WINDOW = 30  # seconds; a fixed window, as documented
DEFAULT_LIMIT = 100_000
DEFAULT_TOKEN_SECONDS = 3600


class Later:
    """Writes applied after their answer. `close` forgets those still waiting."""

    def __init__(self) -> None:
        self._timers: set[threading.Timer] = set()
        self._lock = threading.Lock()

    def call(self, delay: float, work: Callable[[], object]) -> None:
        def run() -> None:
            work()
            with self._lock:
                self._timers.discard(timer)

        timer = threading.Timer(delay, run)
        timer.daemon = True
        with self._lock:
            self._timers.add(timer)
        timer.start()

    def close(self) -> None:
        with self._lock:
            waiting = list(self._timers)
        for timer in waiting:
            timer.cancel()
            timer.join(2)


class Limit:
    """Count requests in a fixed window and say so in headers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._window = 0
        self._used = 0

    def take(self, limit: int) -> tuple[bool, dict[str, str]]:
        now = int(time.time())
        with self._lock:
            if now // WINDOW != self._window:
                self._window, self._used = now // WINDOW, 0
            self._used += 1
            used, reset = self._used, (self._window + 1) * WINDOW
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - used)),
            "X-RateLimit-Reset": str(reset),
        }
        if used <= limit:
            return True, headers
        return False, headers | {"Retry-After": str(max(1, reset - now))}


def _answer(status: int, body: Any = None, headers: dict[str, str] | None = None) -> Response:
    text = "" if body is None else json.dumps(body, ensure_ascii=False)
    return Response(text, status, headers, content_type="application/json; charset=utf-8")


def _hang_up() -> Response:
    """Close the socket under the client: no answer of any kind arrives."""
    connection: socket.socket | None = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    return _answer(500, {"message": "answer dropped"})


def wire(ats: Ats, later: Later) -> Blueprint:
    """Build the blueprint that speaks the protocol."""
    blueprint = Blueprint("wire", __name__)
    limit = Limit()
    store, misbehaviour = ats.store, ats.misbehaviour

    def fails(path: str, write: bool) -> Response | None:
        if slow := misbehaviour.strikes("slow", path=path, write=write):
            time.sleep(slow.delay)
        if late := misbehaviour.strikes("too_many_requests", path=path, write=write):
            return _answer(429, {"message": "Rate limit exceeded"}, {"Retry-After": str(max(1, round(late.delay)))})
        if misbehaviour.strikes("server_error", path=path, write=write):
            return _answer(500, {"message": "Internal server error"})
        return None

    @blueprint.post("/token")
    def token() -> Response:
        if failed := fails("/token", False):
            return failed
        given = request.authorization
        known = given is not None and given.type == "basic"
        if (
            not known
            or given is None
            or not hmac.compare_digest((given.username or "").encode(), seed.CLIENT_ID.encode())
            or not hmac.compare_digest((given.password or "").encode(), seed.CLIENT_SECRET.encode())
        ):
            return _answer(401, {"error": "invalid_client", "error_description": "Client authentication failed"})
        if request.form.get("grant_type") != "client_credentials":
            return _answer(400, {"error": "unsupported_grant_type", "error_description": "Unsupported grant"})
        subject = request.form.get("sub", "")
        if subject and not (subject.isdigit() and store.get("users", int(subject))):
            return _answer(400, {"error": "invalid_request", "error_description": "sub is not a user"})
        seconds = float(store.setting("token_seconds", DEFAULT_TOKEN_SECONDS))
        expires = time.time() + seconds
        value = secrets.token_urlsafe(32)
        # One token per client: a new one revokes the one before.
        user = int(subject) if subject else seed.SERVICE_USER
        with store.whole():
            minted = store.setting("tokens_minted", 0) + 1
            store.set("token", {"value": value, "user_id": user, "expires": expires})
            store.set("tokens_minted", minted)
        return _answer(
            200,
            {
                "token_type": "Bearer",
                "access_token": value,
                "expires_at": iso(datetime.fromtimestamp(expires, UTC)),
            },
        )

    def signed_in() -> int | None:
        """Return the acting user of a valid bearer token."""
        held = store.setting("token")
        given = request.authorization
        if held is None or given is None or given.type != "bearer" or not given.token:
            return None
        same = hmac.compare_digest(given.token.encode(), held["value"].encode())
        return int(held["user_id"]) if same and held["expires"] > time.time() else None

    @blueprint.route("/v3/<path:path>", methods=["GET", "POST", "PATCH", "PUT", "DELETE"])
    def v3(path: str) -> Response:
        allowed, headers = limit.take(int(store.setting("rate_limit", DEFAULT_LIMIT)))
        answer = _answer(429, {"message": "Rate limit exceeded"}) if not allowed else answer_to(path)
        answer.headers.update(headers)
        return answer

    def answer_to(path: str) -> Response:
        write = request.method != "GET"
        if failed := fails(f"/v3/{path}", write):
            return failed
        user = signed_in()
        if user is None:
            return _answer(401, {"message": "Unauthorized"})
        try:
            return change(path, user) if write else read(path)
        except Missing:
            return _answer(404, {"message": "Resource not found"})
        except Unprocessable as problem:
            if write:
                errors = [{"message": str(problem), "field": problem.field}]
                return _answer(422, {"message": "Validation error", "errors": errors})
            return _answer(422, {"message": str(problem)})

    def lacks(scope: str) -> Response | None:
        if f"harvest:{scope}" not in store.setting("missing_scopes", []):
            return None
        return _answer(403, {"message": f"Insufficient scope: harvest:{scope} is required"})

    def read(path: str) -> Response:
        if path not in lists.LISTS:
            raise Missing(path)
        if refused := lacks(f"{path}:list"):
            return refused
        page = queries.read(store, path, request.args.to_dict())
        rows = page.rows
        if path == "jobs" and store.setting("hide_confidential", False):
            rows = [row for row in rows if not row.get("confidential")]
        headers = {}
        if page.cursor:
            headers["Link"] = f'<{request.host_url}v3/{path}?cursor={page.cursor}>; rel="next"'
        return _answer(200, rows, headers)

    def change(path: str, user: int) -> Response:
        write, id = write_routes.match(request.method, path)
        if refused := lacks(write.scope):
            return refused
        try:
            given = json.loads(request.get_data() or b"{}")
        except ValueError:
            raise Unprocessable("body is not JSON") from None
        body = write_routes.check(write, given)
        whole = f"/v3/{path}"

        def apply(id: int = id) -> writes.Written:
            with store.whole():
                written = write.apply(ats, id, user, dict(body))
                store.add("writes", kind=write.kind, object_id=written[2], user_id=user, path=whole)
            return written

        if late := misbehaviour.strikes("late_write", path=whole, write=True):
            later.call(late.delay, apply)
            return _answer(504, {"message": "Gateway timeout"})
        if write.kind == "candidates" and (order := misbehaviour.strikes("async_candidate", write=True)):
            later.call(order.delay, lambda: apply(people.next_candidate_id(ats)))
            return _answer(201, {"message": "The candidate is being processed"})
        status, answer, _ = apply()
        if misbehaviour.strikes("drop_answer", path=whole, write=True):
            return _hang_up()
        if misbehaviour.strikes("error_after_write", path=whole, write=True):
            return _answer(500, {"message": "Internal server error"})
        return _answer(status, answer)

    return blueprint
