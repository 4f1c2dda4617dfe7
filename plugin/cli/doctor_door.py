"""What `kakuyaku doctor` says of a connection's webhooks: does the door open, is our signature known, what never rang."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import func
from sqlmodel import Session, col, select

from connectors.base import ATSError, Connector
from connectors.http import Session as HttpSession
from connectors.records import Outcome
from plugin.cli.connect_rings import door_of
from plugin.cli.findings import FAIL, NOTE, OK, Line
from plugin.cli.wording import Phrases, said, told
from plugin.i18n import phrases
from plugin.rows import Connection, Delivery, Job
from plugin.work.context import Work
from plugin.work.deliveries import WEBHOOK, body_hash

WEEK = timedelta(days=7)
NO_SUCH = "no connection has this address"
"""The beginning of what our door answers to an address of nobody: by this we know it is ours."""
READS = ("read_requisition", "read_person", "read_application")

A_MOMENT = 0.3
"""Seconds after which the door knows a secret that was added when we first rang (`webhooks.AT_MOST_EVERY`)."""

# Vendors and we refuse signed times that are five minutes off.
TOO_FAR, FAR = 240.0, 60.0


def heard(work: Work, connection: Connection, ats: Connector, locale: str) -> Iterator[Line]:
    """Whether webhooks come, whether they could, and what never rang in the last week."""
    _ = phrases(locale)
    if not ats.supports("verify"):
        yield Line(OK, connection.name, _("no webhooks"), said(ats.hears, locale))
        return
    if work.settings.pull_only:
        yield Line(OK, connection.name, _("no webhooks"), _("pull-only: changes are read every few minutes"))
        return
    yield from _door(work, connection, ats, locale)
    with work.reading() as session:
        yield from _came(session, work, connection, ats, locale)


def clock(where: str, ahead: list[float], _: Phrases) -> Iterator[Line]:
    """How far the vendor's clock and ours are apart, by the Date of its answers (see `http.watching_clocks`)."""
    if not ahead:
        return
    off = median(ahead)
    said_so = _("%(seconds)s seconds apart from the ATS's", seconds=f"{abs(off):.0f}")
    if abs(off) < FAR:
        yield Line(OK, where, _("clock"), said_so)
        return
    todo = _("set this machine's clock by a time server (`timedatectl set-ntp true`)")
    why = _("webhooks whose signed time is more than 5 minutes off are refused")
    yield Line(FAIL if abs(off) >= TOO_FAR else NOTE, where, _("clock"), f"{said_so}; {why}", todo)


def _door(work: Work, connection: Connection, ats: Connector, locale: str) -> Iterator[Line]:
    """Ring our own public address: first as nobody, then as the vendor would for a test."""
    where, url, _ = connection.name, door_of(work, connection), phrases(locale)
    session = HttpSession(_("our own address"), connect_timeout=3, read_timeout=10)
    try:
        status, text = session.ring(f"{work.settings.public_url}/webhooks/{secrets.token_urlsafe(12)}", b"{}", {})
        if status != 404 or not text.startswith(NO_SUCH):
            yield Line(
                FAIL,
                where,
                _("something else answers at our address (HTTP %(status)s)", status=status),
                work.settings.public_url,
                _("point it, or the proxy in front of it, at this installation's web process"),
            )
            return
        yield Line(OK, where, _("our address answers from here"), work.settings.public_url)
        if ats.supports("test_event") and ats.secrets:
            yield _tested(work, connection, ats, session, url, _)
    except (ATSError, ValueError) as error:
        # From inside, an address may be out of reach that the vendor reaches: nothing is proven wrong.
        todo = _("start `kakuyaku serve`; if it runs, look whether the ATS reaches us by saving a job there")
        yield Line(NOTE, where, _("our address can't be reached from here"), told(error, locale), todo)
    finally:
        session.close()


def _tested(work: Work, connection: Connection, ats: Connector, session: HttpSession, url: str, _: Phrases) -> Line:
    """Ring as the vendor would for a test: its own answer must come back, and nothing may be stored."""
    event = ats.test_event(url.removeprefix(work.settings.public_url), work.clock.now())
    wanted = ats.answer(Outcome.NOT_UNDERSTOOD, event).status
    status, _text = session.ring(work.settings.public_url + event.path, event.body, event.headers)
    if status != wanted:
        time.sleep(A_MOMENT)
        status, _text = session.ring(work.settings.public_url + event.path, event.body, event.headers)
    what = _("a test event, signed with our secret")
    if status != wanted:
        return Line(
            FAIL,
            connection.name,
            what,
            _("is answered HTTP %(status)s instead of %(wanted)s", status=status, wanted=wanted),
            _("restart `kakuyaku serve` after a change of secrets; a proxy must leave body and headers as they are"),
        )
    if _stored(work, connection, ats.fingerprint(event)):
        return Line(FAIL, connection.name, what, _("was stored, which it must not be"), _("write to us: this is a bug"))
    return Line(OK, connection.name, what, _("is taken, and nothing is stored of it"))


def _stored(work: Work, connection: Connection, fingerprint: bytes) -> bool:
    with work.reading() as session:
        mark = body_hash(work.vault, connection.employer_id, fingerprint)
        query = select(func.count()).select_from(Delivery)
        query = query.where(
            col(Delivery.connection_id) == connection.key,
            col(Delivery.door) == WEBHOOK,
            col(Delivery.body_hash) == mark,
        )
        return bool(session.execute(query).scalar_one())


def _came(session: Session, work: Work, connection: Connection, ats: Connector, locale: str) -> Iterator[Line]:
    _ = phrases(locale)
    first, last = session.execute(
        select(func.min(Delivery.received_at), func.max(Delivery.received_at)).where(
            col(Delivery.connection_id) == connection.key, col(Delivery.door) == WEBHOOK
        )
    ).one()
    if last is None:
        todo = _(
            "save any job in the ATS; if none comes, look there whether the webhooks are disabled: %(url)s",
            url=door_of(work, connection),
        )
        yield Line(NOTE, connection.name, _("no webhook has come yet"), todo=todo)
        return
    when = _("the last at %(when)s", when=f"{last:%Y-%m-%d %H:%M}Z")
    yield Line(OK, connection.name, _("webhooks come in"), when)
    found, silent = silences(session, connection, max(first, work.clock.now() - WEEK))
    if not silent.total():
        told = _("%(count)s things changed in the last 7 days, all of them rang", count=found.total())
        yield Line(OK, connection.name, _("missing webhooks"), told)
        return
    names = {
        "read_requisition": _("requisitions"),
        "read_person": _("candidates in the ATS"),
        "read_application": _("applications"),
    }
    detail = ", ".join(
        _("%(what)s: %(silent)s of %(found)s never rang", what=names[kind], silent=silent[kind], found=found[kind])
        for kind in READS
        if silent[kind]
    )
    yield Line(
        NOTE,
        connection.name,
        _("missing webhooks"),
        f"{_('last 7 days')}: {detail}",
        _(
            "nothing is lost, sweeps found them; it should ring for: %(hears)s. See in the ATS whether one is missing or"
            " disabled",
            hears=said(ats.hears, locale),
        ),
    )


def silences(session: Session, connection: Connection, since: datetime) -> tuple[Counter[str], Counter[str]]:
    """How many things sweeps or webhooks found changed since, by the job that reads them; how many of them never rang."""
    rang: dict[str, set[str]] = {kind: set() for kind in READS}
    swept: dict[str, set[str]] = {kind: set() for kind in READS}
    rows = session.execute(
        select(col(Job.kind), col(Job.dedupe)).where(
            col(Job.connection_id) == connection.key, col(Job.kind).in_(READS), col(Job.created_at) >= since
        )
    )
    for kind, dedupe in rows:
        rest = dedupe.removeprefix(f"{kind}:{connection.key}:")
        for way, ids in ((":delivery:", rang), (":sweep:", swept)):
            id, found, _state = rest.partition(way)
            if found:
                ids[kind].add(id)
    return (
        Counter({kind: len(swept[kind] | rang[kind]) for kind in READS}),
        Counter({kind: len(swept[kind] - rang[kind]) for kind in READS}),
    )
