"""`serve`, `web`, `worker`: the processes of an installation."""

from __future__ import annotations

import resource
import socket
from typing import TYPE_CHECKING

import click

from plugin.cli.means import prepare
from plugin.logs import set_up_logs
from plugin.sealing import open_vault
from plugin.settings import Settings, load
from plugin.work.processes import binding, cant_listen

if TYPE_CHECKING:
    from plugin.doors.sides import Side

LOOPBACK = {"127.0.0.1", "::1", "localhost"}

_watch = click.option("--watch", type=int, hidden=True, help="File descriptor that closes when the supervisor dies.")


def _started() -> Settings:
    leave_no_core()
    settings = load()
    set_up_logs(settings)
    return settings


def leave_no_core() -> None:
    """Have the kernel write no core file of this process and its children: keys would stand in it."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@click.command()
def serve() -> None:
    """Run web and worker processes together, and start one anew that dies.

    Ctrl-C or SIGTERM ends them all.
    """
    from plugin.work.supervisor import supervise

    settings = _started()
    check_processes(settings)
    check_servers(settings)
    check_port(settings)
    prepare(settings)
    open_vault(settings)
    raise click.exceptions.Exit(supervise(settings))


@click.command()
@_watch
@click.option(
    "--side",
    type=click.Choice(["public", "staff"]),
    default=None,
    help="With KAKUYAKU_STAFF_HOST: serve this side alone, perhaps on a machine of its own; both if left out.",
)
def web(watch: int | None, side: Side | None) -> None:
    """Run the web process alone (many of them need PostgreSQL)."""
    from plugin.work.processes import run_web
    from plugin.work.supervisor import supervise, webs

    settings = _started()
    check_processes(settings)
    check_servers(settings)
    if side and not settings.staff_host:
        raise click.UsageError("--side goes with KAKUYAKU_STAFF_HOST: without it one address serves both.")
    check_port(settings, side)
    prepare(settings)
    if settings.staff_host and side is None:
        raise click.exceptions.Exit(supervise(settings, webs(settings)))
    run_web(settings, watch, side)


@click.command()
@_watch
def worker(watch: int | None) -> None:
    """Run a worker process alone (several need PostgreSQL and a Chroma server)."""
    from plugin.work.processes import run_worker

    settings = _started()
    check_servers(settings)
    prepare(settings)
    run_worker(settings, watch)


def check_servers(settings: Settings) -> None:
    """Refuse mail addresses that could never be used, before a letter finds out."""
    from plugin.scouting.inbox import read_imap_url
    from plugin.scouting.outbox import read_smtp_url

    if settings.smtp_url:
        read_smtp_url(settings.smtp_url)
    if settings.imap_url:
        read_imap_url(settings.imap_url)


def check_port(settings: Settings, side: Side | None = None) -> None:
    """Refuse a port somebody listens on before any process is started; whoever takes it after that is told by `web`."""
    sides: tuple[Side, ...] = ("public", "staff") if settings.staff_host else ("public",)
    for one in (side,) if side else sides:
        host, port = binding(settings, one)
        try:
            family, kind, _, _, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )[0]
            with socket.socket(family, kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(address)
        except OSError as error:
            raise cant_listen(settings, error, one) from None


def check_processes(settings: Settings) -> None:
    """Refuse a combination of settings that can't run, in one line."""
    if settings.web_processes > 1 and settings.database.startswith("sqlite"):
        raise click.ClickException(
            "KAKUYAKU_WEB_PROCESSES above 1 needs PostgreSQL: set KAKUYAKU_DATABASE_URL to postgresql+psycopg://…"
        )
    if settings.staff_host and not settings.staff_url:
        raise click.ClickException(
            "KAKUYAKU_STAFF_HOST needs KAKUYAKU_STAFF_URL, the address colleagues reach their pages at"
        )
    if settings.staff_host and settings.staff_port and binding(settings, "staff") == binding(settings, "public"):
        raise click.ClickException("KAKUYAKU_STAFF_PORT must differ from KAKUYAKU_WEB_PORT on the same host")
    if settings.demo and not {settings.web_host, settings.staff_host or "localhost"} <= LOOPBACK:
        raise click.ClickException(
            "KAKUYAKU_DEMO shows sign-in links to anybody: it runs with KAKUYAKU_WEB_HOST=127.0.0.1 only"
        )
