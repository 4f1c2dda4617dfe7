"""A whole installation in a folder: sandbox ATS and mail server here, web and worker as the processes they really are.

The benchmarks measure it, the kill tests shoot at it. Real clock, loopback, free ports; everything ends with the block.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from connectors.sandbox import Sandbox
from connectors.sandbox import serve as serve_sandbox
from plugin import migrate
from plugin.connections import connector_of
from plugin.demo.postbox import Handler, Postbox, free_port
from plugin.demo.relay import relay_to
from plugin.demo.sandbox_client import point_webhooks
from plugin.demo.stage import REPLY_DOMAIN, demo_policy, fill_universe, secret_of, set_stage
from plugin.policy import Policy
from plugin.rows import Connection
from plugin.settings import alone
from plugin.work.context import Work
from plugin.work.runtime import build_work

START_SECONDS = 60.0
END_SECONDS = 40.0

WEB = ("-P", "-m", "plugin.cli", "web")
WORKER = ("-P", "-m", "plugin.cli", "worker")


class NotRunning(Exception):
    """A process of the installation did not come up or ended by itself; the message has its last words."""


@dataclass
class Installation:
    """`start` and `kill` its processes; look at it through `work` (its database), `sandbox` and `postbox`."""

    folder: Path
    port: int
    sandbox: Sandbox
    postbox: Postbox
    work: Work
    connection: Connection
    webhook_secret: str
    environment: dict[str, str]
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _watch: tuple[int, int] = field(default_factory=os.pipe)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def hook(self) -> str:
        """The path webhooks go to."""
        return f"/webhooks/{self.connection.url_key}"

    def start(self, name: str, *command: str) -> None:
        """Start a process of this name: `web` and `worker` as installed, or another module with its arguments."""
        known = {"web": WEB, "worker": WORKER}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
                [sys.executable, *(command or known[name]), "--watch", str(self._watch[0])],
                pass_fds=(self._watch[0],),
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """End a process as a power cut would."""
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def end(self, name: str) -> int:
        """Ask a process to end and return its exit code; one that doesn't is killed (then -9)."""
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        try:
            return process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    def cpu_seconds(self, name: str) -> float:
        """Processor time a running process has used so far, children not counted; 0 where the system doesn't say."""
        try:
            stat = Path(f"/proc/{self.running[name].pid}/stat").read_text()
        except OSError:
            return 0.0
        user, system = stat.rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def answers(self) -> bool:
        """Whether the web process takes requests now."""
        there = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            there.request("GET", "/health")
            return there.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            there.close()

    def wait_for_web(self, seconds: float = START_SECONDS) -> None:
        """Return once the web process answers; raise `NotRunning` when it ended or takes too long."""
        until = time.monotonic() + seconds
        while not self.answers():
            if self.running["web"].poll() is not None or time.monotonic() > until:
                raise NotRunning(f"the web process does not answer: {self.last_words('web')}")
            time.sleep(0.02)

    def point_webhooks(self) -> None:
        """Have the sandbox ring here. The web process must answer: a webhook whose ping fails starts disabled."""
        point_webhooks(self.sandbox.url, f"{self.url}{self.hook}", self.webhook_secret)

    def last_words(self, name: str, characters: int = 600) -> str:
        """The end of what a process logged."""
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace")[-characters:].strip() if path.exists() else ""

    def close(self) -> None:
        """End every process."""
        for name in list(self.running):
            self.end(name)
        os.close(self._watch[0])
        os.close(self._watch[1])


@contextmanager
def open_installation(
    folder: Path,
    *,
    database_url: str = "",
    policy: Policy | None = None,
    people: int = 0,
    settings: dict[str, Any] | None = None,
    mail_handler: type[Handler] = Handler,
    progress: Callable[[int, int], None] | None = None,
) -> Iterator[Installation]:
    """Set everything up, `people` journalled; no process runs yet. Ends what runs when the block ends."""
    with ExitStack() as stack:
        sandbox = stack.enter_context(serve_sandbox(folder / "sandbox", retry_after=(0.2, 0.3, 0.5, *[1.0] * 60)))
        port = free_port()
        door: list[Callable[[str, bytes], None]] = []
        postbox = Postbox(
            folder / "postbox",
            ours=lambda address: address.lower().endswith("@" + REPLY_DOMAIN),
            hand_over=lambda recipient, raw: door[0](recipient, raw),
            handler=mail_handler,
        )
        stack.callback(postbox.close)
        made = {
            "data_folder": folder,
            "web_port": port,
            "public_url": f"http://127.0.0.1:{port}",
            "smtp_url": postbox.smtp_url,
            "log_level": "warning",
            **({"database_url": database_url} if database_url else {}),
            **(settings or {}),
        }
        used = alone(**made)
        migrate.upgrade(used.database)
        work = build_work(used)
        stack.callback(work.close)
        there = sandbox.connection()
        connection = set_stage(
            work.database,
            work.vault,
            ats="greenhouse",
            credentials=there["credentials"],
            options=there["options"],
            policy=policy or demo_policy(grace_seconds=0, recall_seconds=0),
        )
        mail_secret = secret_of(work.database, work.vault, connection, "mail_door")
        door.append(relay_to(f"http://127.0.0.1:{port}/mail/{connection.url_key}", mail_secret))
        connector = connector_of(work.database, work.vault, used, connection)
        try:
            connector.set_up()
        finally:
            connector.close()
        if people:
            fill_universe(work.database, work.vault, connection.employer_id, people, progress=progress)
        # Nothing of the caller's own installation reaches the processes.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KAKUYAKU_")}
        environment |= {f"KAKUYAKU_{name.upper()}": str(value) for name, value in made.items()}
        installation = Installation(
            folder,
            port,
            sandbox,
            postbox,
            work,
            connection,
            secret_of(work.database, work.vault, connection, "webhook"),
            environment,
        )
        stack.callback(installation.close)
        yield installation
