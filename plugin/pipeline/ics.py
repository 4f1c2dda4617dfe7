"""Calendar files (RFC 5545): the one a meeting is sent with, and the busy times of a manager's feed.

What is written says as little as it can: people look into each other's calendars, also where they work now. What is read
is reduced to pairs of times at once; titles, places and names of a manager's calendar are never kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil.rrule import rrulestr

from connectors.records import Attachment

MOST_EVENTS = 20_000
"""Events of one feed; what comes after is not read."""
MOST_TIMES = 400
"""Occurrences of one repeated event inside the days looked at."""

_WINDOWS_ZONES = {"Tokyo Standard Time": "Asia/Tokyo", "UTC": "UTC", "GMT Standard Time": "Europe/London"}


class NoCalendar(ValueError):
    """This is no calendar file."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as it is written: `title` neutral, `sequence` counting its changes (RFC 5545, 3.8.7.4)."""

    uid: str
    starts_at: datetime
    minutes: int
    title: str
    sequence: int = 0
    cancelled: bool = False


def calendar_file(meeting: Meeting, now: datetime) -> Attachment:
    """The file a mail program offers to put into the calendar; a higher `sequence` of the same `uid` replaces it."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:" + ("CANCEL" if meeting.cancelled else "PUBLISH"),
        "BEGIN:VEVENT",
        f"UID:{meeting.uid}",
        f"DTSTAMP:{_utc(now)}",
        f"DTSTART:{_utc(meeting.starts_at)}",
        f"DTEND:{_utc(meeting.starts_at + timedelta(minutes=meeting.minutes))}",
        f"SEQUENCE:{meeting.sequence}",
        f"SUMMARY:{_escaped(meeting.title)}",
        "STATUS:" + ("CANCELLED" if meeting.cancelled else "CONFIRMED"),
        "CLASS:PRIVATE",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    content = "".join(_folded(line) for line in lines).encode()
    return Attachment("meeting.ics", content, "text/calendar")


def busy_times(text: str, *, after: datetime, before: datetime, zone: str) -> list[tuple[datetime, datetime]]:
    """When the owner of a calendar is not free between two moments, merged and in order.

    Free and cancelled events don't count; a whole day does. `zone` is for times that name none. Raises `NoCalendar`.
    """
    if "BEGIN:VCALENDAR" not in text[:2000].upper():
        raise NoCalendar("this is no calendar (iCalendar) file")
    found: list[tuple[datetime, datetime]] = []
    moved: dict[str, set[datetime]] = {}
    events = list(_events(text))
    for event in events:
        if event.recurrence_id is not None:
            at = _when(event.recurrence_id, zone)
            if at is not None:
                moved.setdefault(event.uid, set()).add(at)
    for event in events:
        found += _busy_of(event, after, before, zone, moved.get(event.uid, set()))
    return _merged(found)


# Reading.


@dataclass(slots=True)
class _Property:
    params: dict[str, str]
    value: str


@dataclass(slots=True)
class _Event:
    kind: str
    fields: dict[str, list[_Property]]

    @property
    def uid(self) -> str:
        return self._first("UID")

    @property
    def recurrence_id(self) -> _Property | None:
        return self.get("RECURRENCE-ID")

    def get(self, name: str) -> _Property | None:
        found = self.fields.get(name)
        return found[0] if found else None

    def _first(self, name: str) -> str:
        found = self.get(name)
        return found.value if found is not None else ""

    @property
    def counts(self) -> bool:
        return self._first("TRANSP").upper() != "TRANSPARENT" and self._first("STATUS").upper() != "CANCELLED"


_LINE = re.compile(r'([A-Za-z0-9-]+)((?:;[^:;="]+=(?:"[^"]*"|[^":;]*))*):(.*)', re.DOTALL)
_PARAM = re.compile(r';([^=;]+)=("[^"]*"|[^";:]*)')


def _events(text: str) -> Iterator[_Event]:
    current: _Event | None = None
    depth = count = 0
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        name, value = match[1].upper(), match[3].strip()
        if name == "BEGIN":
            if current is not None:
                depth += 1  # an alarm inside an event
            elif value.upper() in ("VEVENT", "VFREEBUSY"):
                current, depth = _Event(value.upper(), {}), 0
        elif name == "END":
            if current is not None and depth:
                depth -= 1
            elif current is not None:
                yield current
                current, count = None, count + 1
                if count >= MOST_EVENTS:
                    return
        elif current is not None and not depth:
            params = {key.upper(): said.strip('"') for key, said in _PARAM.findall(match[2])}
            current.fields.setdefault(name, []).append(_Property(params, value))


def _busy_of(
    event: _Event, after: datetime, before: datetime, zone: str, moved: set[datetime]
) -> Iterator[tuple[datetime, datetime]]:
    if event.kind == "VFREEBUSY":
        for one in event.fields.get("FREEBUSY", []):
            if one.params.get("FBTYPE", "BUSY").upper() != "FREE":
                for period in one.value.split(","):
                    pair = _period(period, zone)
                    if pair is not None and pair[0] < before and after < pair[1]:
                        yield pair
        return
    start = event.get("DTSTART")
    starts_at = _when(start, zone) if start is not None else None
    if start is None or starts_at is None or not event.counts:
        return
    length = _length(event, start, starts_at, zone)
    rule = event.get("RRULE")
    if rule is None:
        if starts_at < before and after < starts_at + length:
            yield starts_at, starts_at + length
        return
    left_out = {
        at
        for one in event.fields.get("EXDATE", [])
        for part in one.value.split(",")
        if (at := _when(_Property(one.params, part), zone)) is not None
    } | moved
    for at in _repeated(rule.value, start, starts_at, zone, after - length, before):
        if at not in left_out and at < before and after < at + length:
            yield at, at + length


def _repeated(
    rule: str, start: _Property, starts_at: datetime, zone: str, after: datetime, before: datetime
) -> list[datetime]:
    """Occurrences in the event's own zone, so that 10:00 stays 10:00 when clocks change there."""
    if re.search(r"FREQ=(SECONDLY|MINUTELY|HOURLY)", rule, re.IGNORECASE):
        return [starts_at]  # nobody meets like that, and working it out from years ago would take for ever
    local = _zone_of(start, zone)
    wall = starts_at.astimezone(local).replace(tzinfo=None)
    # UNTIL is written in UTC where the start has a zone; the rule is worked in wall-clock time.
    until = re.search(r"UNTIL=(\d{8}(?:T\d{6}Z?)?)", rule)
    if until is not None:
        end = _when(_Property({}, until[1]), zone)
        if end is not None:
            said = end.astimezone(local).replace(tzinfo=None) + (
                timedelta(days=1, seconds=-1) if len(until[1]) == 8 else timedelta()
            )
            rule = rule.replace(until[0], f"UNTIL={said:%Y%m%dT%H%M%S}")
    try:
        found = rrulestr(rule, dtstart=wall)
    except (ValueError, TypeError):
        return [starts_at]  # a rule nobody can read: its first time is known, at least
    times: list[datetime] = []
    low = after.astimezone(local).replace(tzinfo=None)
    for each in found.xafter(low, count=MOST_TIMES, inc=True):
        at = each.replace(tzinfo=local).astimezone(UTC)
        if at >= before:
            break
        times.append(at)
    return times


def _length(event: _Event, start: _Property, starts_at: datetime, zone: str) -> timedelta:
    end, said = event.get("DTEND"), event.get("DURATION")
    ends_at = _when(end, zone) if end is not None else None
    if ends_at is not None:
        return max(ends_at - starts_at, timedelta())
    if said is not None:
        return _duration(said.value)
    return timedelta(days=1) if _is_day(start) else timedelta()


def _when(one: _Property, zone: str) -> datetime | None:
    """A date or a time as aware UTC; None for one that can't be read."""
    match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", one.value.strip())
    if match is None:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
        clock = time(int(match[4]), int(match[5]), min(int(match[6]), 59)) if match[4] is not None else time()
    except ValueError:
        return None
    local: tzinfo = UTC if match[7] else _zone_of(one, zone)
    return datetime.combine(day, clock, local).astimezone(UTC)


def _zone_of(one: _Property, zone: str) -> tzinfo:
    if one.value.strip().endswith("Z"):
        return UTC
    named = one.params.get("TZID", "")
    for name in (named, _WINDOWS_ZONES.get(named, ""), zone):
        if name:
            try:
                return ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError):
                continue
    return UTC


def _is_day(one: _Property) -> bool:
    return one.params.get("VALUE", "").upper() == "DATE" or re.fullmatch(r"\d{8}", one.value.strip()) is not None


def _period(text: str, zone: str) -> tuple[datetime, datetime] | None:
    first, _, second = text.strip().partition("/")
    start = _when(_Property({}, first), zone)
    if start is None:
        return None
    end = start + _duration(second) if second.startswith(("P", "+P")) else _when(_Property({}, second), zone)
    return (start, end) if end is not None and end > start else None


def _duration(text: str) -> timedelta:
    match = re.fullmatch(r"\+?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", text.strip())
    if match is None:
        return timedelta()
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def _merged(times: list[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    found: list[tuple[datetime, datetime]] = []
    for start, end in sorted(pair for pair in times if pair[1] > pair[0]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


# Writing.


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    return re.sub(r"([\\;,])", r"\\\1", " ".join(text.split()))


def _folded(line: str) -> str:
    """Lines of at most 75 octets, never cut inside a character (RFC 5545, 3.1)."""
    parts, current = list[str](), ""
    for character in line:
        if len((current + character).encode()) > (75 if not parts else 74):
            parts.append(current)
            current = ""
        current += character
    return "\r\n ".join([*parts, current]) + "\r\n"
