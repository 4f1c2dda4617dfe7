"""`kakuyaku doctor --synthetic-yes`: a yes nobody gave goes the whole way of a real one, up to the ATS (M6)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from connectors.base import ATSError, Connector, Unsupported
from connectors.records import EntryKind, NewEntry, RequisitionStatus
from connectors.records import Requisition as AtsRequisition
from plugin.cli.findings import FAIL, NOTE, OK, Line
from plugin.connections import policy_of
from plugin.i18n import phrases
from plugin.pipeline.entries import stage_for
from plugin.rows import Connection, Delivery, Requisition, SyntheticYes
from plugin.scouting import synthetic
from plugin.scouting.outbox import Delivered, Outbox, Refused
from plugin.settings import WrongSetting
from plugin.work.context import Work

PATIENCE = 90.0
"""Seconds a synthetic yes may take: a mailbox is looked into every 15, and a yes should be entered within 60."""


def check(
    work: Work,
    connection: Connection,
    locale: str,
    *,
    requisition: str = "",
    patience: float = PATIENCE,
    pause: Callable[[float], None] = time.sleep,
) -> Iterator[Line]:
    """Send a synthetic yes to the connection's own reply address and say how far it came.

    Without a `requisition` (its id in the ATS) nothing is written there. Nothing of the check stays in the database.
    """
    _ = phrases(locale)
    where = connection.name
    try:
        with work.writing() as session:
            row, mail = synthetic.begin(session, work.vault, session.get_one(Connection, connection.key), locale)
            row_id, to = row.key, str(mail["To"])
    except ValueError:
        yield Line(FAIL, where, _("a yes has no way back"), _("no sender address is set"), _("run `kakuyaku connect %(ats)s` again under the same name", ats=connection.ats))  # fmt: skip
        return
    try:
        yield from _mail_way(work, connection, locale, row_id, mail.as_bytes(), to, patience, pause)
        with work.reading() as session:
            landed = session.get_one(SyntheticYes, row_id).landed_at is not None
        if landed:
            yield from _ats_way(work, connection, locale, requisition, row_id)
    finally:
        with work.writing() as session:
            synthetic.end(session, row_id)


def _mail_way(
    work: Work,
    connection: Connection,
    locale: str,
    row_id: int,
    raw: bytes,
    to: str,
    patience: float,
    pause: Callable[[float], None],
) -> Iterator[Line]:
    _ = phrases(locale)
    where, policy = connection.name, policy_of(connection)
    sent_at = work.clock.now()
    try:
        outbox = work.smtp if work.smtp is not None else Outbox(work.settings)
        outcome = outbox.deliver(raw, policy.bounce_address or policy.from_address, to)
    except WrongSetting as error:
        yield Line(FAIL, where, _("the synthetic yes did not leave"), str(error), _("set KAKUYAKU_SMTP_URL and KAKUYAKU_SMTP_PASSWORD"))  # fmt: skip
        return
    if isinstance(outcome, Refused):
        yield Line(
            FAIL,
            where,
            _("the mail server refused the synthetic yes"),
            f"{outcome.code} {outcome.answer}".strip(),
            _("your own mail server must take mail for plus addresses of %(address)s", address=policy.from_address),
        )
        return
    said = outcome.answer if isinstance(outcome, Delivered) else _("its answer was lost")
    yield Line(OK, where, _("the mail server took the synthetic yes"), said)
    landed = _wait(work, row_id, sent_at + timedelta(seconds=patience), pause)
    if landed is None:
        yield Line(
            FAIL,
            where,
            _("the synthetic yes has not come back within %(seconds)s seconds", seconds=f"{patience:g}"),
            todo=_(
                "see that `kakuyaku serve` runs, that the mailbox (or the inbound mail door) is right, and that"
                " %(address)s is delivered there",
                address=to,
            ),
        )
        return
    seconds = f"{(landed.landed_at - sent_at).total_seconds():.1f}" if landed.landed_at is not None else ""
    with work.reading() as session:
        delivery = session.get(Delivery, landed.delivery_id) if landed.delivery_id is not None else None
        door = delivery.door if delivery is not None else ""
    yield Line(OK, where, _("it came back and was matched by its address"), _("after %(seconds)s seconds, door: %(door)s", seconds=seconds, door=door))  # fmt: skip
    intent = str(landed.found.get("intent", ""))
    if intent == "interested" and not landed.found.get("doubtful"):
        yield Line(OK, where, _("it was read as a yes"))
    else:
        yield Line(
            FAIL,
            where,
            _("it was not read as a yes"),
            f"{intent} {landed.found.get('because', '')}".strip(),
            _("see what your mail server adds to mails: save one and run `kakuyaku read-reply` on it"),
        )


def _wait(work: Work, row_id: int, until: datetime, pause: Callable[[float], None]) -> SyntheticYes | None:
    """The row once it has landed; None when time is up. Somebody else reads the mailbox: the running worker."""
    while True:
        with work.reading() as session:
            row = session.get_one(SyntheticYes, row_id)
            if row.landed_at is not None:
                return row
        if work.clock.now() >= until:
            return None
        pause(0.5)


def _ats_way(work: Work, connection: Connection, locale: str, wanted: str, row_id: int) -> Iterator[Line]:
    _ = phrases(locale)
    where = connection.name
    with work.reading() as session:
        ats_id = wanted or _newest(session, connection)
    if not ats_id:
        yield Line(NOTE, where, _("there is no requisition a yes could go to yet"))
        return
    try:
        ats = work.ats(connection)
        standing = ats.requisition(ats_id)
        if standing is None:
            yield Line(FAIL, where, _("the ATS shows no requisition %(id)s", id=ats_id))
            return
        if standing.status is not RequisitionStatus.OPEN:
            yield Line(OK, where, _("a yes to “%(title)s” would wait in the holding lane", title=standing.title), _("the requisition is not open in the ATS"))  # fmt: skip
            return
        kind = EntryKind(policy_of(connection).entry_kind)
        stage_id = stage_for(ats, connection, ats_id, kind)
        yield Line(OK, where, _("a yes to “%(title)s” would be entered", title=standing.title), _kind_said(ats, ats_id, kind, stage_id, locale))  # fmt: skip
        if wanted:
            yield from _entered(ats, connection, locale, standing, kind, stage_id, row_id)
        else:
            yield Line(OK, where, _("nothing was written in the ATS"), _("name a test requisition to go that far: --requisition ID"))  # fmt: skip
    except (ATSError, Unsupported) as error:
        yield Line(FAIL, where, _("the ATS refused"), str(error), _("check the credential's scopes with `kakuyaku doctor`"))  # fmt: skip


def _entered(
    ats: Connector,
    connection: Connection,
    locale: str,
    requisition: AtsRequisition,
    kind: EntryKind,
    stage_id: str,
    row_id: int,
) -> Iterator[Line]:
    """The write itself, on the requisition somebody named for it, under a name nobody takes for a person's."""
    _ = phrases(locale)
    entered = ats.add_entry(
        NewEntry(
            requisition_id=requisition.id,
            ref=f"KY-CHECK-{row_id}",
            kind=kind,
            first_name="kakuyaku",
            last_name="Synthetic-Yes",
            email=f"synthetic-yes-{row_id}@example.invalid",
            stage_id=stage_id,
            source="kakuyaku",
        )
    )
    yield Line(
        OK,
        connection.name,
        _("it stands in the ATS"),
        _("candidate %(candidate)s, application %(application)s", candidate=entered.candidate_id, application=entered.application_id or "–"),
    )  # fmt: skip
    yield Line(NOTE, connection.name, _("the synthetic candidate stays in the ATS"), todo=_("delete candidate %(candidate)s there", candidate=entered.candidate_id))  # fmt: skip


def _kind_said(ats: Connector, ats_id: str, kind: EntryKind, stage_id: str, locale: str) -> str:
    _ = phrases(locale)
    kinds = {"prospect": _("as a prospect"), "casual": _("as a casual meeting"), "application": _("as an application")}
    said = kinds.get(kind.value, kind.value)
    if not ats.supports("stages") or kind is EntryKind.PROSPECT:
        return said
    stages = sorted(ats.stages(ats_id), key=lambda stage: stage.order)
    stage = next((one for one in stages if one.id == stage_id), stages[0] if stages else None)
    return f"{said}, {_('stage “%(stage)s”', stage=stage.name)}" if stage is not None else said


def _newest(session: Session, connection: Connection) -> str:
    """The requisition a yes would most likely go to: the newest calibrated one, open before others."""
    row = session.exec(
        select(Requisition)
        .where(col(Requisition.connection_id) == connection.key, col(Requisition.state) == "calibrated")
        .order_by((col(Requisition.status) != "open"), col(Requisition.id).desc())
    ).first()
    return row.ats_id if row is not None else ""
