"""Companies nobody of which is written to (R5): by 法人番号 where a profile carries it, else by name or alias.

Somebody owns each entry and may end it; one that has run out stops nobody any more.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_
from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.events import record
from plugin.identity import Identity, fold_company
from plugin.rows import OffLimits

_ZONE = ZoneInfo("Asia/Tokyo")


@dataclass(frozen=True, slots=True)
class Company:
    """One company to be left alone, as somebody enters it. `expires_on` is the first day it is free again; None: never."""

    name: str
    owner: str
    number: str = ""
    aliases: tuple[str, ...] = ()
    reason: str = ""
    starts_on: date | None = None
    expires_on: date | None = None


def corporate_number(text: str) -> str:
    """The 13 digits of a 法人番号, "" for nothing. Raises ValueError when it is none.

    Its first digit checks the other twelve: 9 minus the remainder by 9 of their sum, every second from the right
    counted twice (法人番号の指定等に関する省令 Art. 2).
    """
    digits = re.sub(r"[\s\-‐－T]", "", unicodedata.normalize("NFKC", text).upper())
    if not digits:
        return ""
    if not re.fullmatch(r"[0-9]{13}", digits):
        raise ValueError(f"{text.strip()!r} is no 法人番号: it has thirteen digits")
    total = sum(int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits[1:])))
    if int(digits[0]) != 9 - total % 9:
        raise ValueError(f"{text.strip()!r} is no 法人番号: its check digit does not fit")
    return digits


class Standing:
    """The companies off limits on one day, to be asked about many people."""

    def __init__(self, rows: Iterable[OffLimits]) -> None:
        self._numbers: dict[str, OffLimits] = {}
        self._names: dict[str, OffLimits] = {}
        for row in rows:
            if row.number:
                self._numbers[row.number] = row
            for folded in (row.folded, *(fold_company(alias) for alias in row.aliases)):
                if folded:
                    self._names.setdefault(folded, row)

    def of(self, person: Identity) -> OffLimits | None:
        """The entry that keeps this person's present employer off limits; None when there is none.

        Two different numbers are two companies, whatever they are called.
        """
        if person.company_number and person.company_number in self._numbers:
            return self._numbers[person.company_number]
        found = self._names.get(fold_company(person.company))
        if found is not None and found.number and person.company_number not in ("", found.number):
            return None
        return found


def standing(session: Session, employer_id: int, now: datetime) -> Standing:
    """Who is off limits now; days begin in Japan."""
    today = now.astimezone(_ZONE).date()
    rows = session.exec(
        select(OffLimits).where(
            col(OffLimits.employer_id) == employer_id,
            col(OffLimits.ended_at).is_(None),
            col(OffLimits.starts_on) <= today,
        )
    )
    return Standing(row for row in rows if row.expires_on is None or row.expires_on > today)


def listed(session: Session, employer_id: int) -> list[OffLimits]:
    """Every entry, those that stand first, then by name."""
    rows = session.exec(select(OffLimits).where(col(OffLimits.employer_id) == employer_id)).all()
    return sorted(rows, key=lambda row: (row.ended_at is not None, row.folded))


def stands(row: OffLimits, now: datetime) -> bool:
    """Whether an entry stops letters now."""
    today = now.astimezone(_ZONE).date()
    return row.ended_at is None and row.starts_on <= today and (row.expires_on is None or row.expires_on > today)


def problem(company: Company, today: date) -> str:
    """Why an entry can't be taken, as a code; "" when it can: no_name, no_owner, bad_number, ends_before."""
    if not fold_company(company.name):
        return "no_name"
    if not company.owner.strip():
        return "no_owner"
    try:
        corporate_number(company.number)
    except ValueError:
        return "bad_number"
    if company.expires_on is not None and company.expires_on <= (company.starts_on or today):
        return "ends_before"
    return ""


def put(session: Session, employer_id: int, company: Company, *, by: str) -> bool:
    """Enter a company, or change the entry of its number or name; whether it is new. Letters not sent yet stop at sending.

    Does not commit. Raises ValueError with a code: one of `problem`, or another_number (the name stands there under
    another 法人番号), or two_entries (name and number stand in two entries).
    """
    now = now_of(session)
    today = now.astimezone(_ZONE).date()
    wrong = problem(company, today)
    if wrong:
        raise ValueError(wrong)
    number, folded = corporate_number(company.number), fold_company(company.name)
    rows = _matching(session, employer_id, number, folded)
    if len(rows) > 1:
        raise ValueError("two_entries")
    row = rows[0] if rows else None
    if row is not None and number and row.number not in ("", number):
        raise ValueError("another_number")
    new = row is None
    if row is None:
        row = OffLimits(
            employer_id=employer_id, name="", folded=folded, owner="", starts_on=today, created_at=now, entered_by=by
        )
    row.name, row.folded = company.name.strip(), folded
    row.number = number or row.number
    row.aliases = [alias for alias in dict.fromkeys(each.strip() for each in company.aliases) if alias]
    row.owner, row.reason = company.owner.strip(), company.reason.strip()
    row.starts_on = company.starts_on or (today if new else row.starts_on)
    row.expires_on, row.ended_at, row.ended_by = company.expires_on, None, ""
    session.add(row)
    session.flush()
    record(session, employer_id, "off_limits", row.key, "entered" if new else "changed", actor=by)
    return new


def end(session: Session, row: OffLimits, *, by: str) -> bool:
    """End an entry; False when it had ended. Does not commit."""
    if row.ended_at is not None:
        return False
    row.ended_at, row.ended_by = now_of(session), by
    session.add(row)
    record(session, row.employer_id, "off_limits", row.key, "ended", actor=by)
    return True


def find(session: Session, employer_id: int, number: str, name: str) -> OffLimits | None:
    """The entry of this number, else of this name; None when there is none."""
    rows = _matching(session, employer_id, number, fold_company(name))
    return next((row for row in rows if number and row.number == number), rows[0] if rows else None)


def _matching(session: Session, employer_id: int, number: str, folded: str) -> list[OffLimits]:
    same = col(OffLimits.folded) == folded
    if number:
        same = or_(same, col(OffLimits.number) == number)
    return list(session.exec(select(OffLimits).where(col(OffLimits.employer_id) == employer_id, same)))
