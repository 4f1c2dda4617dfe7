"""`kakuyaku demo`: the plugin, a sandbox ATS and a local mailbox on this machine, and what to click.

The sandbox and the mail server live in this process, web and worker are its children (`work.supervisor`): whatever way
this process ends, all of it ends. A second start in the same folder goes on where the first one stopped.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import click

from connectors.sandbox import serve as serve_sandbox
from plugin import migrate
from plugin.clock import SystemClock
from plugin.connections import connector_of
from plugin.database import open_database
from plugin.demo.postbox import Postbox
from plugin.demo.postpages import serve_pages
from plugin.demo.relay import relay_to
from plugin.demo.sandbox_client import point_webhooks
from plugin.demo.stage import REPLY_DOMAIN, demo_policy, fill_universe, secret_of, set_stage
from plugin.sealing import open_vault
from plugin.settings import Settings, load
from plugin.work.supervisor import supervise

PLUGIN_PORT, SANDBOX_PORT, MAILBOX_PORT, SMTP_PORT = 8321, 8322, 8323, 8325
MARK = "this-is-a-kakuyaku-demo"


@click.command("demo")
@click.option("--fresh", is_flag=True, help="Forget the earlier demo and start anew.")
@click.option(
    "--data-folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var/demo"),
    show_default=True,
    help="Where the demo keeps everything.",
)
@click.option(
    "--people", type=click.IntRange(100, 100_000), default=5000, show_default=True, help="Profiles to invent."
)
@click.option(
    "--lang", type=click.Choice(["ja", "en"]), default="ja", show_default=True, help="The manager's language."
)
def demo_command(fresh: bool, data_folder: Path, people: int, lang: str) -> None:
    """Serve the plugin, a sandbox ATS and a local mailbox on this machine. Ctrl-C ends it."""
    with _folder(data_folder, fresh) as folder, ExitStack() as stack:
        ports = {name: next_free(port) for name, port in _wanted().items()}
        url = f"http://127.0.0.1:{ports['plugin']}"
        sandbox = stack.enter_context(
            serve_sandbox(folder / "sandbox", port=ports["sandbox"], retry_after=(1, 2, 5, 15))
        )
        settings = _settings(folder, url, ports)
        door: list[str] = []
        postbox = Postbox(
            folder / "mail",
            ours=lambda address: address.lower().endswith("@" + REPLY_DOMAIN),
            hand_over=lambda recipient, raw: relay_to(door[0], door[1])(recipient, raw),
            port=ports["smtp"],
        )
        stack.callback(postbox.close)
        pages = serve_pages(postbox.store, postbox.smtp_url, ports["mailbox"])
        stack.callback(pages.close)
        employer_id, hooks, mail_secret = _set_up(settings, sandbox.connection(), lang)
        door += [f"{url}/mail/{hooks[0]}", mail_secret]
        links = (f"{sandbox.url}", url, f"http://127.0.0.1:{pages.port}")

        def begin() -> None:
            # While web and worker start: the worker takes people into the store as they are journalled.
            _invent_people(settings, employer_id, people)
            _announce(sandbox.url, url, hooks, links)

        threading.Thread(target=begin, daemon=True).start()
        code = supervise(settings, quiet=True)
    click.echo("\nThe demo has ended; everything is kept in " + str(data_folder) + " for the next `make demo`.")
    sys.exit(code)


def _set_up(settings: Settings, there: dict[str, dict[str, str]], lang: str) -> tuple[int, tuple[str, str], str]:
    """Database, connection, ATS fields; returns the employer, (URL key, webhook secret), the mail door's secret."""
    migrate.upgrade(settings.database)
    vault = open_vault(settings)
    database = open_database(settings.database, SystemClock())
    try:
        connection = set_stage(
            database,
            vault,
            ats="greenhouse",
            credentials=there["credentials"],
            options=there["options"],
            policy=demo_policy(locale=lang),
        )
        connector = connector_of(database, vault, settings, connection)
        try:
            connector.set_up()
        finally:
            connector.close()
        return (
            connection.employer_id,
            (connection.url_key, secret_of(database, vault, connection, "webhook")),
            secret_of(database, vault, connection, "mail_door"),
        )
    finally:
        database.close()


def _invent_people(settings: Settings, employer_id: int, people: int) -> None:
    """Journal the demo's people unless an earlier demo did."""
    database = open_database(settings.database, SystemClock())
    try:
        with click.progressbar(length=people, label="Inventing people", file=sys.stderr) as bar:
            fill_universe(
                database,
                open_vault(settings),
                employer_id,
                people,
                progress=lambda done, total: bar.update(done - bar.pos),
            )
    finally:
        database.close()


def _announce(sandbox_url: str, url: str, hooks: tuple[str, str], links: tuple[str, str, str]) -> None:
    """Once the web process answers: point the sandbox's webhooks at it, then say what to click."""
    if not _answers(url):
        click.echo("The web process does not answer; see the lines above.", err=True)
        return
    point_webhooks(sandbox_url, f"{url}/webhooks/{hooks[0]}", hooks[1])
    ats, plugin, mailbox = links
    click.echo(f"""
kakuyaku is running. Nothing leaves this machine; nobody in it exists. Ctrl-C ends it.

  Sandbox ATS     {ats}
  kakuyaku        {plugin}
  Local mailbox   {mailbox}

 1. Sandbox ATS: sign in as the recruiter (佐藤 美咲), create a requisition, paste a job description, save.
    サンドボックスATSに採用担当としてログインし、求人票を貼り付けて求人を作成します。
 2. The shortlist of twenty stands on it within seconds. Open the requisition (letters leave for open ones only).
    数秒で20名の候補リストが届きます。求人を「募集開始」にします（募集中の求人だけが配信できます）。
 3. Sign in there as its hiring manager (鈴木 健一), look at the twenty, set the decision to Approve and a line, e.g. 80.
    採用責任者としてログインし直し、判断を「承認」、面接確約ラインを例えば80にして保存します。
 4. kakuyaku: after the 20 s grace, sign in as the recruiter, look at the letters and release them (10 s to recall).
    20秒の猶予のあと、kakuyakuに採用担当としてログインし、文面を確認して配信します（10秒間は取り消せます）。
 5. Local mailbox: open a scout, answer it. The person stands in the ATS pipeline, with the date of the promise.
    ローカルメールボックスでスカウトに返信すると、ATSの選考に期日つきで追加されます。
""")


def _answers(url: str, seconds: float = 60.0) -> bool:
    host, port = url.removeprefix("http://").split(":")
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        connection = HTTPConnection(host, int(port), timeout=5)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return True
        except (OSError, HTTPException):
            time.sleep(0.1)
        finally:
            connection.close()
    return False


def _settings(folder: Path, url: str, ports: dict[str, int]) -> Settings:
    """The demo's settings, put where the child processes find them; what was set for a real installation is left out."""
    for name in [name for name in os.environ if name.startswith("KAKUYAKU_")]:
        del os.environ[name]
    values = {
        "DATA_FOLDER": str(folder),
        "PUBLIC_URL": url,
        "WEB_PORT": str(ports["plugin"]),
        "SMTP_URL": f"smtp://127.0.0.1:{ports['smtp']}",
        "SWEEP_SECONDS": "20",
        "SETTLE_SECONDS": "6",
        "DEMO": "true",
        "LOG_FORMAT": "text",
        "LOG_LEVEL": "error",
    }
    os.environ.update({f"KAKUYAKU_{name}": value for name, value in values.items()})
    return load()


def _wanted() -> dict[str, int]:
    return {"plugin": PLUGIN_PORT, "sandbox": SANDBOX_PORT, "mailbox": MAILBOX_PORT, "smtp": SMTP_PORT}


def next_free(port: int) -> int:
    """`port`, or the next one on loopback that nobody listens on."""
    for candidate in range(port, port + 2000, 10):
        with socket.socket() as probe:
            # As the servers do: a port whose last connections are still closing is free for us.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return candidate
    raise click.UsageError(f"no free port from {port} up; end some other program and try again")


@contextmanager
def _folder(path: Path, fresh: bool) -> Iterator[Path]:
    """The demo's folder, held so that no second demo works in it; emptied first when `fresh`."""
    path.mkdir(parents=True, exist_ok=True)
    mark = path / MARK
    if any(path.iterdir()) and not mark.exists():
        raise click.UsageError(f"{path} holds something else than a demo; name an empty folder with --data-folder")
    with mark.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.UsageError(
                f"a demo is running in {path} already; end it, or name another --data-folder"
            ) from None
        if fresh:
            for child in path.iterdir():
                if child != mark:
                    shutil.rmtree(child) if child.is_dir() else child.unlink()
        yield path.resolve()
