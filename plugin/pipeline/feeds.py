"""A manager's calendar feed: read now and then by a worker, kept as busy times alone. And pages where one picks a time.

Only hosts that publish calendars, or that people know as scheduling pages, are taken: whatever address somebody pastes,
this installation fetches and shows no other.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from sqlmodel import Session, col, select

from connectors.base import ATSError
from connectors.http import Session as Fetcher
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.pipeline.ics import NoCalendar, busy_times
from plugin.rows import Availability, Connection, Requisition
from plugin.sealing import Vault
from plugin.work.context import Work
from plugin.work.jobs import Claim, owe

log = structlog.get_logger(__name__)

FEED_HOSTS = ("calendar.google.com", "outlook.office365.com", "outlook.live.com", "icloud.com")
"""Where calendars are published; `Policy.calendar_hosts` adds a company's own."""
SCHEDULING_HOSTS = ("spirinc.com", "spir.com", "timerex.net", "eeasy.jp", "calendly.com")
"""Scheduling pages: Spir, TimeRex, eeasy, Calendly; `Policy.scheduling_hosts` adds others."""
READ_SECONDS = 900
DAYS_AHEAD = 60
LARGEST = 4_000_000


class WrongAddress(ValueError):
    """This address can't be taken. `code` says why: not_https or other_host."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def checked(url: str, hosts: tuple[str, ...]) -> str:
    """An https address on one of the hosts (or below one). webcal:// is https. Raises `WrongAddress`."""
    url = url.strip()
    if url.lower().startswith("webcal://"):
        url = "https://" + url[len("webcal://") :]
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower().rstrip("."), parts.port
    except ValueError:
        raise WrongAddress("not_https") from None
    if parts.scheme != "https" or not host or parts.username or port not in (None, 443) or not url.isprintable():
        raise WrongAddress("not_https")
    if not any(host == each or host.endswith("." + each) for each in hosts):
        raise WrongAddress("other_host")
    return url


def set_addresses(
    session: Session,
    vault: Vault,
    connection: Connection,
    requisition: Requisition,
    staff_id: int,
    *,
    feed: str,
    scheduling: str,
) -> Availability | None:
    """Keep a manager's feed and scheduling page for one requisition; "" takes one away. Raises `WrongAddress`."""
    policy = policy_of(connection)
    feed = checked(feed, (*FEED_HOSTS, *policy.calendar_hosts)) if feed.strip() else ""
    scheduling = checked(scheduling, (*SCHEDULING_HOSTS, *policy.scheduling_hosts)) if scheduling.strip() else ""
    row = availability(session, requisition.key)
    if row is None:
        if not feed and not scheduling:
            return None
        row = Availability(
            employer_id=connection.employer_id,
            connection_id=connection.key,
            requisition_id=requisition.key,
            staff_id=staff_id,
            created_at=now_of(session),
        )
    before = feed_of(vault, row)
    row.staff_id, row.scheduling_url = staff_id, scheduling
    if feed != before:
        row.sealed_feed = vault.seal(feed.encode()) if feed else None
        row.busy, row.read_at, row.error = [], None, ""
    session.add(row)
    session.flush()
    if feed:
        _owe(session, row, f"set:{now_of(session).isoformat()}")
    return row


def availability(session: Session, requisition_id: int) -> Availability | None:
    return session.exec(select(Availability).where(col(Availability.requisition_id) == requisition_id)).first()


def feed_of(vault: Vault, row: Availability | None) -> str:
    """The feed's address, "" without one."""
    return vault.open(row.sealed_feed).decode() if row is not None and row.sealed_feed is not None else ""


def owe_feeds(session: Session, slot: int) -> None:
    """Owe one reading of every feed of an open requisition."""
    rows = session.exec(
        select(Availability)
        .join(Requisition, col(Requisition.id) == col(Availability.requisition_id))
        .where(col(Availability.sealed_feed).is_not(None), col(Requisition.status) == "open")
    )
    for row in rows:
        _owe(session, row, str(slot))


def read_feed(work: Work, claim: Claim) -> None:
    """Fetch one feed and keep its busy times. What can't be read keeps the last reading, with a code of what was wrong."""
    with work.reading() as session:
        row = session.get(Availability, claim.payload["availability_id"])
        if row is None or row.sealed_feed is None:
            return
        zone = policy_of(session.get_one(Connection, row.connection_id)).zone
    url, sealed = feed_of(work.vault, row), row.sealed_feed
    now, error, busy = work.clock.now(), "", list[list[str]]()
    fetcher = Fetcher("the calendar", read_timeout=work.settings.ats_timeout_seconds)
    try:
        content = fetcher.download(url, largest=LARGEST)
        busy = as_pairs(content.decode("utf-8-sig", "replace"), now, zone)
    except ATSError as problem:
        error = "gone" if problem.permanent else "unreachable"
    except NoCalendar:
        error = "no_calendar"
    finally:
        fetcher.close()
    if error:
        log.warning("calendar_unread", availability=row.key, error=error)
    with work.finishing(claim) as session:
        stored = session.get(Availability, row.key, with_for_update={"key_share": True})
        if stored is None or stored.sealed_feed != sealed:
            return  # another address was set meanwhile; its own reading is owed
        stored.error = error
        if not error:
            stored.busy, stored.read_at = busy, now
        session.add(stored)


def as_pairs(text: str, now: datetime, zone: str) -> list[list[str]]:
    """The busy times of the next weeks, as a row keeps them. Raises `NoCalendar`."""
    found = busy_times(text, after=now, before=now + timedelta(days=DAYS_AHEAD), zone=zone)
    return [[start.isoformat(), end.isoformat()] for start, end in found]


def _owe(session: Session, row: Availability, what: str) -> None:
    owe(
        session,
        "read_feed",
        f"{row.key}:{what}",
        employer_id=row.employer_id,
        connection_id=row.connection_id,
        payload={"availability_id": row.key},
    )
