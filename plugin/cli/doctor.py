"""`kakuyaku doctor`: what works, what doesn't, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy import func
from sqlmodel import col, select

from plugin.alignment.proposals import counted, language_model
from plugin.cli.doctor_connection import examine
from plugin.cli.doctor_mail import ask_dns, mail, records
from plugin.cli.findings import FAIL, NOTE, OK, Line
from plugin.cli.means import connections, opened
from plugin.cli.synthetic_yes import PATIENCE, check
from plugin.cli.wording import Phrases, lang_option, language
from plugin.i18n import phrases
from plugin.rows import Employer, Job, Journal
from plugin.settings import WrongSetting
from plugin.work.context import Work

LATE = timedelta(minutes=5)
"""Owed work that waits longer has nobody to do it."""


@click.command("doctor")
@click.option("--connection", "name", default="", help="Name or number; all of them if left out.")
@click.option(
    "--synthetic-yes",
    "synthetic",
    default="",
    metavar="CONNECTION",
    help="Send a yes nobody gave through this connection's mail and say where it lands.",
)
@click.option(
    "--requisition",
    default="",
    metavar="ID",
    help="With --synthetic-yes: enter it on this test requisition of the ATS.",
)
@click.option("--wait", "patience", default=PATIENCE, show_default=True, help="Seconds a synthetic yes may take.")
@click.option("--dns", is_flag=True, help="Look SPF, DKIM, DMARC and MX up instead of only saying what they should be.")
@lang_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(
    name: str, synthetic: str, requisition: str, patience: float, dns: bool, lang: str | None, as_json: bool
) -> None:
    """Check the installation, each connection, mail and the profile store; exit code 1 when something fails."""
    locale = language(lang)
    _ = phrases(locale)
    if requisition and not synthetic:
        raise click.UsageError("--requisition goes with --synthetic-yes CONNECTION")
    if synthetic:
        with opened() as work:
            with work.reading() as session:
                [connection] = connections(session, synthetic)
            found = check(work, connection, locale, requisition=requisition, patience=patience)
            _said(found, as_json=as_json)
        return
    with opened() as work:
        with work.reading() as session:
            chosen = connections(session, name)
        lines = [*examine_installation(work, locale)]
        for connection in chosen:
            alike = sum(other.name == connection.name for other in chosen) > 1
            where = f"{connection.name} ({connection.key})" if alike else connection.name
            lines.extend(
                replace(line, where=where) if line.where == connection.name else line
                for line in examine(work, connection, locale)
            )
        lines.extend(records(work.settings, chosen, locale, ask_dns if dns else None))
        if not chosen:
            lines.append(
                Line(
                    NOTE,
                    _("connections"),
                    _("there is none yet"),
                    todo=_("run `kakuyaku connect`, which lists the ATSs"),
                )
            )
    _said(lines, as_json=as_json)


def _said(lines: Iterable[Line], *, as_json: bool) -> None:
    """Print findings; exit code 1 when one failed."""
    if as_json:
        told = list(lines)
        click.echo(json.dumps([asdict(line) for line in told], ensure_ascii=False, indent=2))
        failed = any(line.level == FAIL for line in told)
    else:
        failed = show(lines)
    if failed:
        raise click.exceptions.Exit(1)


def show(lines: Iterable[Line]) -> bool:
    """Print findings as they come; True when one failed."""
    failed = False
    for line in lines:
        failed |= line.level == FAIL
        click.echo(f"  {line.level:<4} {line.where}: {line.what}" + (f" — {line.detail}" if line.detail else ""))
        if line.todo and line.level != OK:
            click.echo(f"       {line.todo}")
    return failed


# The installation.


def examine_installation(work: Work, locale: str) -> Iterator[Line]:
    """Addresses, owed work, the mail server, the profile stores."""
    _ = phrases(locale)
    settings = work.settings
    if settings.public_url.startswith("https://") or settings.demo or settings.pull_only:
        yield Line(OK, _("address"), settings.public_url)
    else:
        yield Line(
            NOTE,
            _("address"),
            settings.public_url,
            _("ATSs and people outside this machine can't reach it"),
            _("set KAKUYAKU_PUBLIC_URL to your https address"),
        )
    if settings.staff_host:
        yield Line(OK, _("colleagues' pages"), settings.staff_address, _("the public address serves none of them"))
    if settings.database.startswith("postgresql") and not settings.chroma_url:
        yield Line(
            NOTE,
            _("profile store"),
            _("embedded"),
            _("one worker process only can open it"),
            _("set KAKUYAKU_CHROMA_URL to run several workers"),
        )
    yield from _owed(work, _)
    yield from mail(work, locale)
    yield from _stores(work, _)
    yield from _helpers(work, _)


def _helpers(work: Work, _: Phrases) -> Iterator[Line]:
    """The optional encoder and language model."""
    if work.settings.encoder:
        from ranking.sentence_encoder import EncoderError, read_config

        try:
            config = read_config(Path(work.settings.encoder))
            what = _("%(name)s reads the best %(people)s again", name=config.name, people=work.settings.encoder_people)
            yield Line(OK, _("encoder"), what)
        except EncoderError as error:
            yield Line(FAIL, _("encoder"), str(error), todo=_("mend the folder, or unset KAKUYAKU_ENCODER"))
    if not work.settings.model_url:
        return
    try:
        language_model(work.settings)
    except WrongSetting as error:
        yield Line(FAIL, _("language model"), str(error), todo=_("set KAKUYAKU_MODEL_URL and KAKUYAKU_MODEL_NAME"))
        return
    with work.reading() as session:
        answers = counted(session)
    silent = {outcome: count for (task, outcome), count in answers.items() if outcome != "answered"}
    what = _("answered %(count)s texts", count=sum(answers.values()) - sum(silent.values()))
    if silent:
        detail = ", ".join(f"{outcome} {count}" for outcome, count in sorted(silent.items()))
        todo = _("texts are read without it meanwhile; check the endpoint")
        yield Line(NOTE, _("language model"), what, detail, todo)
    else:
        yield Line(OK, _("language model"), what)


def _owed(work: Work, _: Phrases) -> Iterator[Line]:
    with work.reading() as session:
        now = work.clock.now()
        oldest = session.execute(
            select(func.min(Job.due)).where(col(Job.state) == "owed", col(Job.due) <= now)
        ).scalar_one_or_none()
        parked = session.execute(select(func.count()).select_from(Job).where(col(Job.state) == "parked")).scalar_one()
    if oldest is not None and now - oldest > LATE:
        minutes = int((now - oldest).total_seconds() // 60)
        yield Line(
            FAIL,
            _("worker"),
            _("work waits since %(minutes)s minutes", minutes=minutes),
            todo=_("start `kakuyaku serve` (or `worker`)"),
        )
    else:
        yield Line(OK, _("worker"), _("no work waits"))
    if parked:
        yield Line(
            NOTE,
            _("jobs"),
            _("%(count)s parked", count=parked),
            todo=_("`kakuyaku jobs list` says why, `jobs retry` owes them again"),
        )


def _stores(work: Work, _: Phrases) -> Iterator[Line]:
    with work.reading() as session:
        owners = session.execute(
            select(Employer.id, Employer.name, Journal.last)
            .join(Journal, col(Journal.employer_id) == col(Employer.id))
            .order_by(col(Employer.id))
        ).all()
    if not owners:
        yield Line(NOTE, _("profile store"), _("nobody is in it"), todo=_("run `kakuyaku profiles import FILE.jsonl`"))
    if not owners:
        return
    from ranking.sentence_encoder import EncoderError
    from ranking.store import StoreBusy, StoreError

    for employer_id, name, last in owners:
        where = _("profile store of %(employer)s", employer=name)
        try:
            store = work.judge(employer_id).store
            store.snapshot()  # refused where a rebuild is due
            count, behind = store.count(), last - store.last_applied
        except StoreBusy:
            yield Line(OK, where, _("open in the running worker"))
            continue
        except StoreError as error:
            yield Line(FAIL, where, str(error), todo=_("run `kakuyaku profiles rebuild`"))
            continue
        except EncoderError as error:
            yield Line(FAIL, where, str(error), todo=_("mend the folder, or unset KAKUYAKU_ENCODER"))
            continue
        detail = _("%(count)s changes on their way", count=f"{behind:,}") if behind else ""
        yield Line(OK, where, _("%(count)s people", count=f"{count:,}"), detail)
