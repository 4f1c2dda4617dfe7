"""The working conditions of a requisition as the law wants them told (職業安定法 Art. 5-3, ordinance Art. 4-2).

What the description states is read from it, each with its words; what a colleague states stands above it, with who and
when. What nobody stated is a gap, which is named: on the page, by `doctor`, and to the candidate on the sheet itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from sqlmodel import Session, col, func, select

from plugin.alignment.requirement import asked_now
from plugin.connections import policy_of
from plugin.database import now_of
from plugin.events import record
from plugin.i18n import phrases
from plugin.rows import Connection, Requisition, WorkingConditions
from plugin.scouting.conditions_read import stated as read_from
from plugin.scouting.scan import promises_in


class Conditions(BaseModel):
    """What somebody typed. An empty field says nothing: the description's own words stand, or a gap.

    `*_change`: 変更の範囲, where job or place may come to be changed to. `renewal_cap`: how often or how long a fixed term is
    renewed at most. Fixed overtime: JPY a month and hours a month; 0 hours means there is none.
    """

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True, extra="forbid")

    employer: str = Field("", max_length=200)
    contract: Literal["", "permanent", "fixed_term"] = ""
    term: str = Field("", max_length=400)
    renewal: str = Field("", max_length=400)
    renewal_cap: str = Field("", max_length=400)
    trial: str = Field("", max_length=400)
    job: str = Field("", max_length=2000)
    job_change: str = Field("", max_length=400)
    place: str = Field("", max_length=400)
    place_change: str = Field("", max_length=400)
    hours: str = Field("", max_length=400)
    breaks: str = Field("", max_length=400)
    overtime: str = Field("", max_length=400)
    holidays: str = Field("", max_length=1000)
    pay: str = Field("", max_length=1000)
    fixed_overtime_amount: int | None = Field(None, ge=0, le=10_000_000)
    fixed_overtime_hours: float | None = Field(None, ge=0, le=200)
    insurance: str = Field("", max_length=400)
    smoking: str = Field("", max_length=400)

    @field_validator("fixed_overtime_amount", "fixed_overtime_hours", mode="before")
    @classmethod
    def _nothing(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value


FIELDS = tuple(Conditions.model_fields)
_OF_WORK = re.compile(r"入社(?:日|月|後|時|年)|採用(?:日|時|後|月)|機会(?:の)?創出")
"""Said of employment or of the work, never of being met: what a sheet says of days and pay stands beside these words."""
_FIXED_TERM_ONLY = ("term", "renewal", "renewal_cap")
_FIXED_OVERTIME = ("fixed_overtime_amount", "fixed_overtime_hours")


class WrongConditions(ValueError):
    """A field can't be stored. `field` names it, `promise` what in it sounds like one; `text(locale)` says it to the
    person who typed it."""

    def __init__(self, field: str, promise: str = "") -> None:
        super().__init__(field)
        self.field, self.promise = field, promise

    def text(self, locale: str) -> str:
        """One sentence: which field and what to do."""
        from plugin.scouting.conditions_sheet import label

        _ = phrases(locale)
        if self.promise:
            return _(
                "“%(field)s” sounds like a promise (“%(detail)s”). Promises come only from the manager's commitment:"
                " please reword it.",
                field=label(self.field, locale),
                detail=self.promise,
            )
        return _(
            "“%(field)s” can't be stored as it stands: give a plain number, or a shorter text.",
            field=label(self.field, locale),
        )


@dataclass(frozen=True, slots=True)
class Known:
    """One condition: its value, and where it comes from: `quote` in the description, or `by` a colleague, or the account."""

    value: str
    quote: str = ""
    by: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A requisition's conditions as they stand. `version` 0: nobody has typed anything yet."""

    known: Mapping[str, Known]
    as_of: date
    version: int

    @property
    def gaps(self) -> tuple[str, ...]:
        """The fields the law wants and nobody has stated."""
        return gaps(self.known)

    @property
    def complete(self) -> bool:
        return not self.gaps


def gaps(known: Mapping[str, Known]) -> tuple[str, ...]:
    """Which wanted fields are missing. Fixed-term fields only for a fixed term; fixed overtime wholly or not at all."""
    wanted = [name for name in FIELDS if name not in (*_FIXED_TERM_ONLY, *_FIXED_OVERTIME)]
    if "contract" in known and known["contract"].value == "fixed_term":
        wanted += _FIXED_TERM_ONLY
    has_overtime = any(name in known and _number(known[name].value) > 0 for name in _FIXED_OVERTIME)
    if has_overtime:
        wanted += _FIXED_OVERTIME
    return tuple(name for name in FIELDS if name in wanted and name not in known)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def sheet_of(session: Session, requisition: Requisition, locale: str) -> Sheet:
    """A requisition's conditions now, in one language as far as they are read rather than typed."""
    connection = session.get_one(Connection, requisition.connection_id)
    policy = policy_of(connection)
    zone = ZoneInfo(policy.zone)
    employer = policy.company_ja if locale == "ja" else policy.company_en
    known: dict[str, Known] = {"employer": Known(employer)} if employer.strip() else {}
    read = read_from(asked_now(session, requisition), requisition.description, locale)
    known |= {name: Known(value, quote=quote) for name, (value, quote) in read.items() if name in FIELDS}
    row = newest(session, requisition.key)
    if row is not None:
        known |= {
            name: Known(str(value), by=row.by, on=row.as_of) for name, value in row.stated.items() if name in FIELDS
        }
    read_on = (requisition.read_at or requisition.created_at).astimezone(zone).date()
    as_of = max(read_on, row.as_of) if row is not None else read_on
    return Sheet({name: known[name] for name in FIELDS if name in known}, as_of, row.version if row is not None else 0)


def newest(session: Session, requisition_id: int) -> WorkingConditions | None:
    """What was typed last."""
    return session.exec(
        select(WorkingConditions)
        .where(col(WorkingConditions.requisition_id) == requisition_id)
        .order_by(col(WorkingConditions.version).desc())
    ).first()


def state(session: Session, requisition: Requisition, values: Mapping[str, str], by: str) -> WorkingConditions | None:
    """Store what a colleague typed, whole, as a new version; None where nothing differs. Does not commit.

    A field left as the description states it is not stored, so that it follows the description. Raises
    `WrongConditions`.
    """
    try:
        typed = Conditions.model_validate({name: values.get(name, "") for name in FIELDS})
    except ValidationError as error:
        raise WrongConditions(str(error.errors()[0]["loc"][0])) from None
    policy = policy_of(session.get_one(Connection, requisition.connection_id))
    read = {
        value
        for locale in ("ja", "en")
        for value in (
            (name, found)
            for name, (found, _q) in read_from(asked_now(session, requisition), requisition.description, locale).items()
        )
    } | {("employer", policy.company_ja), ("employer", policy.company_en)}
    stated = {
        name: value
        for name, value in typed.model_dump().items()
        if value not in ("", None) and (name, _plain(value)) not in read
    }
    for name, value in stated.items():
        # The sheet goes to candidates with every receipt, also to those whose letter promised nothing (R1).
        words = _OF_WORK.sub("＿", value) if isinstance(value, str) else ""
        found = promises_in(words) + promises_in(" ".join(words.split()))
        if found:
            raise WrongConditions(name, found[0])
    last = newest(session, requisition.key)
    if stated == (last.stated if last is not None else {}):
        return None
    now = now_of(session)
    version = session.exec(
        select(func.coalesce(func.max(WorkingConditions.version), 0)).where(
            col(WorkingConditions.requisition_id) == requisition.key
        )
    ).one()
    row = WorkingConditions(
        employer_id=requisition.employer_id,
        requisition_id=requisition.key,
        version=version + 1,
        stated=stated,
        by=by,
        as_of=now.astimezone(ZoneInfo(policy.zone)).date(),
        created_at=now,
    )
    session.add(row)
    session.flush()
    record(
        session,
        requisition.employer_id,
        "requisition",
        requisition.key,
        "conditions_stated",
        actor=by,
        version=row.version,
        gaps=len(sheet_of(session, requisition, policy.locale).gaps),
    )
    return row


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
