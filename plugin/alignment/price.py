"""What a line costs the manager: people, letters, yeses to expect, and hours of interviews in the worst week.

Only people and reachable are counted. How many say yes is an assumption, shown as one, with a range and editable.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import Session, col, select

from plugin.alignment.market import LineCount
from plugin.i18n import phrases
from plugin.policy import Policy
from plugin.rows import Commitment, Promise

WINDOW = 5
"""Business days: the worst week is the one into which every interview of the letters that leave within it falls."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Assumed share of letters with a promise that are answered with a yes, and how far off that may be."""

    expected: float = 0.03
    low: float = 0.01
    high: float = 0.06

    @classmethod
    def around(cls, expected: float) -> Rate:
        """A third of it to twice as much: without data of one's own nobody knows it better."""
        return cls(expected, expected / 3, min(1.0, expected * 2))


@dataclass(frozen=True, slots=True)
class LinePrice:
    """The price of one line. `scouts`: letters, capped. Yeses and hours rest on the assumed rate.

    `hours`, `hours_high`: interviews in the worst five business days at the expected and the high rate; `hours_most`: if
    everyone written to within it said yes, which is what is promised. `days_to_send`: business days letters take.
    """

    line: int
    people: int
    reachable: int
    pay_unknown: int
    scouts: int
    yeses_low: float
    yeses: float
    yeses_high: float
    hours: float
    hours_high: float
    hours_most: float
    days_to_send: int


def prices(
    lines: Iterable[LineCount],
    policy: Policy,
    *,
    max_people: int | None = None,
    minutes: int | None = None,
    rate: Rate | None = None,
    busy_hours: float = 0.0,
) -> list[LinePrice]:
    """Work out the price of every line. `busy_hours`: interviews the manager owes in that week already."""
    rate = rate or Rate.around(policy.reply_rate)
    cap = policy.max_people if max_people is None else max_people
    length = (policy.minutes if minutes is None else minutes) / 60
    a_day = letters_a_day(policy)
    found = []
    for count in lines:
        scouts = min(count.reachable, cap)
        in_window = min(scouts, WINDOW * a_day)
        found.append(
            LinePrice(
                line=count.line,
                people=count.people,
                reachable=count.reachable,
                pay_unknown=count.pay_unknown,
                scouts=scouts,
                yeses_low=scouts * rate.low,
                yeses=scouts * rate.expected,
                yeses_high=scouts * rate.high,
                hours=busy_hours + in_window * rate.expected * length,
                hours_high=busy_hours + in_window * rate.high * length,
                hours_most=busy_hours + in_window * length,
                days_to_send=-(-scouts // a_day),
            )
        )
    return found


def owed_hours(session: Session, staff_id: int) -> float:
    """Hours of interviews a manager (or successor) owes already: promises that are neither kept nor over."""
    minutes = session.exec(
        select(func.sum(Commitment.minutes))
        .select_from(Promise)
        .join(Commitment, col(Commitment.id) == col(Promise.commitment_id))
        .where(
            func.coalesce(col(Promise.successor_id), col(Promise.manager_id)) == staff_id,
            col(Promise.state).in_(("owed", "scheduled")),
        )
    ).one()
    return float(minutes or 0) / 60


def letters_a_day(policy: Policy) -> int:
    """How many letters leave on one business day at most: the mailbox's pace in the hours letters may leave."""
    hours = policy.to_hour - policy.from_hour if policy.quiet_hours else 24
    return hours * 60 * policy.per_minute


def assumption_text(rate: Rate, locale: str) -> str:
    _ = phrases(locale)
    return _(
        "Assumed: %(expected)s of the letters with a promise are answered with a yes (%(low)s to %(high)s). It is no"
        " measurement; change it to what you see.",
        expected=_share(rate.expected),
        low=_share(rate.low),
        high=_share(rate.high),
    )


def price_text(price: LinePrice, locale: str) -> str:
    """A line's price in one sentence."""
    _ = phrases(locale)
    if not price.reachable:
        return _("Nobody above this line can be written to.")
    return _(
        "%(people)s people stand above it, about %(reachable)s of them reachable. %(scouts)s letters would bring"
        " %(low)s to %(high)s yeses (an assumption): up to %(hours)s hours of interviews in the worst five business days.",
        people=f"{price.people:,}",
        reachable=f"{price.reachable:,}",
        scouts=f"{price.scouts:,}",
        low=_few(price.yeses_low),
        high=_few(price.yeses_high),
        hours=_few(price.hours_high),
    )


def _few(number: float) -> str:
    """One decimal where it matters, none where it would only look exact."""
    return f"{number:,.0f}" if number >= 10 or number == int(number) else f"{number:.1f}"


def _share(rate: float) -> str:
    return f"{rate * 100:.1f}".removesuffix(".0") + "%"
