"""The one door to `requests`: time-outs, rate-limit headers, and every failure told as an `ATSError`.

Nothing is retried here; the plugin's job table alone retries. What it must know for that is in the error: whether
trying again can help (`permanent`), when (`retry_after`), and whether a write may have been applied although no usable
answer came (`unknown`).
"""

from __future__ import annotations

import ipaddress
import json
import math
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth

from connectors.base import ATSError
from connectors.pace import Busy, Pace
from connectors.records import Said
from connectors.wording import without_addresses

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0
USER_AGENT = "kakuyaku"

LONGEST_WAIT = 3600.0
"""Most seconds a vendor's word makes us wait: a header in other units, or a clock far off, must not stop us for good."""

# Statuses that may pass by waiting or signing in again; every other 4xx stays what it is.
PASSING = frozenset({401, 408, 409, 423, 425, 429})


@dataclass(frozen=True, slots=True)
class RateLimit:
    """What the vendor last said of its window: `reset` is epoch seconds. None where it said nothing."""

    limit: int | None = None
    remaining: int | None = None
    reset: float | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A usable answer. Header names are lower case; `data` is the parsed JSON, None for an empty body."""

    status: int
    headers: Mapping[str, str]
    data: Any


_AHEAD: ContextVar[list[float] | None] = ContextVar("_AHEAD", default=None)


@contextmanager
def watching_clocks() -> Iterator[list[float]]:
    """Collect, for the length of a block, by how many seconds each answer's Date header is ahead of our clock.

    The header has whole seconds and the answer took its time, so a second or two says nothing.
    """
    ahead: list[float] = []
    token = _AHEAD.set(ahead)
    try:
        yield ahead
    finally:
        _AHEAD.reset(token)


def require_safe(url: str) -> str:
    """Return `url` without a trailing slash if it is https, or http on this machine. Raises ValueError otherwise.

    An address with a password in it is refused too, and not repeated: addresses are stored and shown in the open.
    """
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise ValueError(
            Said(
                "an address must hold no user name or password (https://host/…)",
                "アドレスにユーザー名やパスワードを含めないでください（https://host/…）",
            )
        )
    if parts.scheme == "https" and parts.hostname:
        return url.rstrip("/")
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return url.rstrip("/")
    raise ValueError(
        Said(
            f"{url!r} must start with https:// (http:// is taken for this machine only)",
            f"{url!r} は https:// で始めてください（http:// はこのコンピューター内のみ）",
        )
    )


def read_timeout(options: Mapping[str, str], usual: float = READ_TIMEOUT) -> float:
    """Seconds an answer may take: the connection's option `timeout` where set. Raises ValueError for what is none."""
    try:
        given = float(options.get("timeout") or usual)
    except ValueError:
        raise ValueError(
            Said("the option timeout must be a number of seconds", "オプション timeout には秒数を指定してください")
        ) from None
    if not 0 < given <= LONGEST_WAIT:
        raise ValueError(
            Said(
                "the option timeout must be above 0 seconds (at most an hour)",
                "オプション timeout には0より大きい秒数（1時間以内）を指定してください",
            )
        )
    return given


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Session:
    """One pooled session to one vendor. `limits` holds what the last answer said of the rate limit."""

    def __init__(
        self,
        vendor: str,
        *,
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float = READ_TIMEOUT,
        user_agent: str = USER_AGENT,
        pace: Pace | None = None,
    ) -> None:
        self.vendor = vendor
        self._pace = pace
        self.limits = RateLimit()
        self._timeout = (connect_timeout, read_timeout)
        self._requests = requests.Session()
        self._requests.headers.update({"User-Agent": user_agent, "Accept": "application/json"})
        # A proxy or .netrc of the environment would see or replace credentials that are ours to send.
        self._requests.trust_env = False
        for scheme in ("https://", "http://"):
            self._requests.mount(scheme, HTTPAdapter(max_retries=0, pool_maxsize=16))

    def close(self) -> None:
        self._requests.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        write: bool = False,
        params: Mapping[str, str] | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
    ) -> Answered:
        """Send one request and return its answer if that is a 2xx.

        `files` go as multipart/form-data: name → (file name, content, media type), beside the fields of `form`.

        Raises `ATSError` for everything else. `write` says that the request changes something at the vendor: a lost
        answer, a 408 or a 5xx then comes with `unknown=True`.
        """
        require_safe(url)
        if self._pace is not None:
            try:
                self._pace.take()
            except Busy as busy:
                said = f"{self.vendor}: as many calls as it takes have been made; {busy}"
                raise ATSError(said, retry_after=busy.seconds) from None
        try:
            response = self._requests.request(
                method,
                url,
                params=params,
                json=body,
                data=form,
                files=files,
                headers=headers,
                auth=HTTPBasicAuth(*basic) if basic else None,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as problem:
            raise self._lost(problem, write) from problem
        lowered = {name.lower(): value for name, value in response.headers.items()}
        self._note_limits(lowered)
        _note_clock(lowered)
        if not 200 <= response.status_code < 300:
            raise self._refused(response.status_code, lowered, response.content, write)
        if not response.content.strip():
            return Answered(response.status_code, lowered, None)
        try:
            data = json.loads(response.content)
        except ValueError as problem:
            raise ATSError(
                f"{self.vendor} answered {response.status_code} with something that is not JSON",
                status=response.status_code,
                unknown=write,
            ) from problem
        return Answered(response.status_code, lowered, data)

    def ring(self, url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        """POST raw bytes as a webhook does; the status and the beginning of what was answered, whatever that is.

        Raises `ATSError` where no answer came.
        """
        require_safe(url)
        try:
            with self._requests.post(
                url, data=body, headers=headers, timeout=self._timeout, allow_redirects=False, stream=True
            ) as response:
                said = next(response.iter_content(1000), b"")
                return response.status_code, said.decode("utf-8", "replace")
        except requests.RequestException as problem:
            raise self._lost(problem, False) from problem

    def download(self, url: str, *, largest: int, basic: tuple[str, str] | None = None) -> bytes:
        """Fetch a file; at most `largest` bytes.

        Give `basic` only for an address of the API itself, never for one the vendor named.
        Raises `ATSError`, `permanent` also for a file that is too large.
        """
        require_safe(url)
        auth = HTTPBasicAuth(*basic) if basic else None
        try:
            with self._requests.get(
                url, auth=auth, timeout=self._timeout, allow_redirects=False, stream=True
            ) as response:
                if not 200 <= response.status_code < 300:
                    lowered = {name.lower(): value for name, value in response.headers.items()}
                    raise self._refused(response.status_code, lowered, b"", False)
                content = bytearray()
                for part in response.iter_content(1 << 16):
                    content += part
                    if len(content) > largest:
                        raise ATSError(
                            f"{self.vendor} holds a file larger than {largest // 1_000_000} MB", permanent=True
                        )
                return bytes(content)
        except requests.RequestException as problem:
            raise self._lost(problem, False) from problem

    def _lost(self, problem: requests.RequestException, write: bool) -> ATSError:
        if isinstance(problem, (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError)) or _not_sent(
            problem
        ):
            why = _why(problem)
            return ATSError(
                Said(f"{self.vendor} could not be reached: {why}", f"{self.vendor} に接続できません：{why.ja}")
            )
        if isinstance(problem, requests.exceptions.ReadTimeout):
            message = Said(
                f"{self.vendor} did not answer within {self._timeout[1]:g} seconds",
                f"{self.vendor} から{self._timeout[1]:g}秒以内に応答がありません",
            )
        else:
            message = Said(
                f"the connection to {self.vendor} broke before the answer came: {type(problem).__name__}",
                f"{self.vendor} の応答前に接続が切れました：{type(problem).__name__}",
            )
        return ATSError(message, unknown=write)

    def _note_limits(self, headers: Mapping[str, str]) -> None:
        # Two spellings are in use: x-ratelimit-… and (Workable) x-rate-limit-….
        said = {name.replace("x-rate-limit-", "x-ratelimit-"): value for name, value in headers.items()}
        if "x-ratelimit-limit" in said or "x-ratelimit-remaining" in said:
            reset = _number(said.get("x-ratelimit-reset"))
            if reset is not None and reset < LONGEST_WAIT:  # Teamtailor: seconds left, not a moment
                reset += _vendors_now(headers)
            self.limits = RateLimit(
                limit=_whole(said.get("x-ratelimit-limit")),
                remaining=_whole(said.get("x-ratelimit-remaining")),
                reset=reset,
            )
        elif "x-remaining-request" in said:  # HERP: the end of its window as a date
            reset = _date_time(said.get("x-reset-at", ""))
            self.limits = RateLimit(remaining=_whole(said["x-remaining-request"]), reset=reset)
        elif "x-remaining" in said:  # Talentio: seconds to the end of its window
            seconds = _number(said.get("x-reset"))
            reset = None if seconds is None else _vendors_now(headers) + seconds
            self.limits = RateLimit(remaining=_whole(said["x-remaining"]), reset=reset)

    def _refused(self, status: int, headers: Mapping[str, str], content: bytes, write: bool) -> ATSError:
        said = vendor_sentence(content) or f"no reason given (HTTP {status})"
        if 300 <= status < 400:
            said = f"redirects elsewhere (HTTP {status}); check the address in the connection's settings"
        retry_after = _retry_after(headers)
        if status == 429 and retry_after is None and self.limits.reset is not None:
            retry_after = min(max(1.0, self.limits.reset - _vendors_now(headers)), LONGEST_WAIT)
        return ATSError(
            f"{self.vendor}: {said}",
            status=status,
            permanent=300 <= status < 500 and status not in PASSING,
            retry_after=retry_after,
            unknown=write and (status >= 500 or status == 408),
        )


def vendor_sentence(content: bytes) -> str:
    """Take the vendor's own words out of an error body: `message`, `errors[].message`, or OAuth's description."""
    try:
        body = json.loads(content)
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    parts: list[str] = []
    for key in ("message", "error_description"):
        if isinstance(body.get(key), str):
            parts.append(body[key])
    # Ashby's words stand in errorInfo, beside codes in errors.
    info = body.get("errorInfo")
    if isinstance(info, dict) and isinstance(info.get("message"), str):
        parts.append(info["message"])
    errors = body.get("errors")
    for item in errors if isinstance(errors, list) else []:
        if isinstance(item, str):
            parts.append(item)
        elif isinstance(item, dict) and isinstance(item.get("message"), str):
            name = item.get("field")
            parts.append(f"{name}: {item['message']}" if name else item["message"])
        elif isinstance(item, dict):  # JSON:API
            parts.extend(item[key] for key in ("title", "detail") if isinstance(item.get(key), str))
    if not parts and isinstance(body.get("error"), str):
        parts.append(body["error"])
    return without_addresses("; ".join(dict.fromkeys(part.strip() for part in parts if part.strip()))[:500])


def _not_sent(problem: BaseException) -> bool:
    """Say whether no connection was ever made, so that nothing can have been applied."""
    seen: BaseException | None = problem
    for _ in range(8):
        if seen is None:
            return False
        if type(seen).__name__ in ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError"):
            return True
        reason = getattr(seen, "reason", None)
        if isinstance(reason, BaseException):
            seen = reason
        elif seen.args and isinstance(seen.args[0], BaseException):
            seen = seen.args[0]
        else:
            seen = seen.__cause__ or seen.__context__
    return False


def _why(problem: requests.RequestException) -> Said:
    """Why no connection was made. Its own words name addresses, which may be secret."""
    if isinstance(problem, requests.exceptions.SSLError):
        return Said("its certificate is not accepted", "証明書を確認できません")
    if isinstance(problem, requests.exceptions.ConnectTimeout):
        return Said("no connection in time", "時間内に接続できませんでした")
    if "NameResolutionError" in repr(problem):
        return Said("no such host", "ホスト名が見つかりません")
    return Said("nothing answers there", "応答がありません")


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text is not None else None
    except ValueError:
        return None
    return number if number is not None and math.isfinite(number) else None


def _whole(text: str | None) -> int | None:
    number = _number(text)
    return None if number is None else int(number)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After: seconds, or a date (RFC 9110 §10.2.3)."""
    text = headers.get("retry-after")
    if text is None:
        return None
    seconds = _number(text)
    if seconds is None:
        at = _date(text)
        seconds = at - _vendors_now(headers) if at is not None else None
    return None if seconds is None else min(max(0.0, seconds), LONGEST_WAIT)


def _vendors_now(headers: Mapping[str, str]) -> float:
    """The vendor's own clock, which its dates are written by; ours where it says nothing."""
    said = _date(headers.get("date", ""))
    return time.time() if said is None else said


def _note_clock(headers: Mapping[str, str]) -> None:
    ahead, said = _AHEAD.get(), _date(headers.get("date", ""))
    # A cache hands out the Date of when it was filled.
    if ahead is not None and said is not None and not _whole(headers.get("age")):
        ahead.append(said - time.time())


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None


def _date_time(text: str) -> float | None:
    """Read an ISO date and time, 2025-03-24T00:00:00+09:00; one without a zone says nothing."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.timestamp() if moment.tzinfo else None
