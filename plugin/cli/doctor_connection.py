"""What `kakuyaku doctor` says of one connection: its ATS, its webhooks, its sweeps, who may decide, its letters."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmodel import Session, col, select

from connectors.base import ATSError, Connector, Unsupported
from connectors.http import watching_clocks
from plugin.cli.doctor_door import clock, heard
from plugin.cli.doctor_letters import letters_and_conditions
from plugin.cli.findings import FAIL, NOTE, OK, Line
from plugin.cli.wording import Phrases, said, told
from plugin.i18n import phrases
from plugin.rows import Connection, Sweep
from plugin.work.context import Work


def examine(work: Work, connection: Connection, locale: str) -> Iterator[Line]:
    """Credentials, scopes, fields, webhooks, sweeps, who may decide, and what letters must state."""
    where, _ = connection.name, phrases(locale)
    try:
        ats = work.ats(connection)
    except ValueError as error:  # an address in the options that isn't https, a rate that is no number
        todo = _("run `kakuyaku connect %(ats)s` again under the same name", ats=connection.ats)
        yield Line(FAIL, where, _("the ATS can't be reached"), told(error, locale), todo)
        return
    yield from _checked(ats, where, locale)
    yield from heard(work, connection, ats, locale)
    with work.reading() as session:
        yield from _swept(session, connection, _)
    if connection.state != "active":
        yield Line(NOTE, where, _("is paused"), todo=_("resume it on the connection's page"))
    with work.reading() as session:
        yield from letters_and_conditions(session, connection, locale)
    yield from _decided(connection, ats, locale)


def _checked(ats: Connector, where: str, locale: str) -> Iterator[Line]:
    """What the connector finds by using its credentials."""
    _ = phrases(locale)
    with watching_clocks() as ahead:
        try:
            found = ats.check()
        except Unsupported as error:
            yield Line(NOTE, where, str(error))
            return
        except ATSError as error:
            todo = _("check the addresses and the network")
            yield Line(FAIL, where, _("the ATS can't be reached"), told(error, locale), todo)
            return
    yield from clock(where, ahead, _)
    readable = [one for one in found if one.ok and one.what.startswith("scope ") and not one.detail]
    if readable:
        # Twenty lines that all say "ok" would hide the one that doesn't.
        yield Line(OK, where, _("%(count)s scopes to read with are there", count=len(readable)))
    for finding in (one for one in found if one not in readable):
        what, detail, todo = (said(words, locale) for words in (finding.what, finding.detail, finding.todo))
        yield Line(OK if finding.ok else FAIL, where, what, detail, todo)


def _decided(connection: Connection, ats: Connector, locale: str) -> Iterator[Line]:
    """How a decision there takes effect (R2)."""
    _ = phrases(locale)
    where, what = connection.name, _("decisions")
    strength = ats.approval.strength if ats.approval is not None else "acting_link"
    if strength == "verified":
        yield Line(OK, where, what, _("%(title)s says who acted; they hold at once", title=ats.title))
    elif strength == "acting_link":
        yield Line(OK, where, what, _("by a link in the manager's mailbox"))
    elif connection.attested_by:
        yield Line(OK, where, what, _("attested by %(name)s", name=connection.attested_by))
    else:
        yield Line(OK, where, what, _("not attested: managers confirm by a link in their mailbox"))


def _swept(session: Session, connection: Connection, _: Phrases) -> Iterator[Line]:
    for row in session.exec(select(Sweep).where(col(Sweep.connection_id) == connection.key)):
        if row.error:
            todo = _("tick the list's scope on the credential, or wait if the ATS is down")
            yield Line(FAIL, connection.name, _("the sweep of %(list)s fails", list=row.name), row.error, todo)
