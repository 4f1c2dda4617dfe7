"""What `kakuyaku doctor` says of a connection's letters: what they must state, and the working conditions of open roles."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sqlmodel import Session, col, select

from plugin.cli.findings import FAIL, NOTE, OK, Line
from plugin.connections import policy_of
from plugin.i18n import phrases
from plugin.policy import Policy
from plugin.rows import Connection, Employer, Requisition
from plugin.scouting.conditions_sheet import label
from plugin.scouting.voices import AGENCY, OPERATOR
from plugin.scouting.working_conditions import sheet_of


def letters_and_conditions(session: Session, connection: Connection, locale: str) -> Iterator[Line]:
    """Every finding about what a connection's letters and receipts state."""
    yield from _letters(session, connection, locale)
    yield from _conditions(session, connection, locale)


def _letters(session: Session, connection: Connection, locale: str) -> Iterator[Line]:
    _ = phrases(locale)
    policy, where = policy_of(connection), connection.name
    voice = session.get_one(Employer, connection.employer_id).mode
    wanted: list[tuple[str, Callable[[Policy], Any]]] = [
        (_("sender's address"), lambda p: p.from_address),
        (_("company name"), lambda p: p.company_ja or p.company_en),
        (_("legal sender"), lambda p: p.legal.sender),
        (_("postal address"), lambda p: p.legal.postal_address),
        (_("contact"), lambda p: p.legal.contact),
    ]
    if voice == AGENCY:
        wanted.append((_("licence of the employment agency"), lambda p: p.legal.licence))
    if voice == OPERATOR:
        wanted += [
            (_("who entrusts the recruiting (委託元)"), lambda p: p.legal.entrusted_by),
            (_("who is entrusted with it (委託先)"), lambda p: p.legal.entrusted_to),
            (_("basis of the entrusted recruitment (委託募集)"), lambda p: p.legal.entrustment_basis),
        ]
    missing = [name for name, value in wanted if not value(policy)]
    if missing:
        yield Line(
            FAIL,
            where,
            _("letters can't be written"),
            _("missing: %(names)s", names=", ".join(missing)),
            _("run `kakuyaku connect %(ats)s` again under the same name", ats=connection.ats),
        )
    else:
        yield Line(OK, where, _("letters state sender, address and contact"))
    if policy.test_address:
        yield Line(NOTE, where, _("dry run"), _("every letter goes to %(address)s", address=policy.test_address))


def _conditions(session: Session, connection: Connection, locale: str) -> Iterator[Line]:
    """What is missing in the working conditions of requisitions that are open (職業安定法 Art. 5-3)."""
    _ = phrases(locale)
    complete = 0
    rows = session.exec(
        select(Requisition)
        .where(
            col(Requisition.connection_id) == connection.key,
            col(Requisition.status) == "open",
            col(Requisition.state) == "calibrated",
        )
        .order_by(col(Requisition.id))
    ).all()
    for requisition in rows:
        gaps = sheet_of(session, requisition, locale).gaps
        complete += not gaps
        if gaps:
            yield Line(
                NOTE,
                connection.name,
                _("working conditions of “%(role)s”: %(count)s missing", role=requisition.title, count=len(gaps)),
                ", ".join(label(gap, locale) for gap in gaps),
                _("complete them on the requisition's page; until then receipts say what is not settled"),
            )
    if complete:
        yield Line(OK, connection.name, _("working conditions of %(count)s open roles are complete", count=complete))
