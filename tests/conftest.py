"""What every test may ask for: a clock, settings, a database of each kind, one or two employers, the means of work.

No test inherits a setting, a home folder or a network: KAKUYAKU_* is cleared, HOME is a new folder, sockets reach
loopback only, and a child process left behind fails the run. Marked tests skip where their program is absent, unless
KAKUYAKU_REQUIRE=all makes that a failure.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from cryptography.fernet import Fernet

from plugin.clock import SettableClock
from plugin.connections import add_secret
from plugin.database import Database
from plugin.migrate import upgrade
from plugin.policy import LegalBlock, Policy
from plugin.rows import Connection, Employer
from plugin.sealing import Vault
from plugin.settings import Settings
from plugin.work.context import Work
from plugin.work.runtime import assemble


def _house() -> Any:
    """`tests/` is no package (importlib mode), so its one helper module is loaded by path."""
    if "tests_house" not in sys.modules:
        spec = importlib.util.spec_from_file_location("tests_house", Path(__file__).with_name("house.py"))
        assert spec is not None and spec.loader is not None
        sys.modules["tests_house"] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules["tests_house"]


house = _house()

hypothesis.settings.register_profile(
    "kakuyaku",
    deadline=None,  # the machine is shared; slow is not wrong
    max_examples=25,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.function_scoped_fixture],
    database=None,
)
hypothesis.settings.load_profile("kakuyaku")

LONGEST = ("test_kill.py", "test_year.py", "test_stopped.py", "test_demo.py", "test_together.py", "test_bench.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest: at the end they would leave the other workers idle."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


NOON = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
"""Friday 20 November 2026, 10:00 in Tokyo."""


def pytest_configure(config: pytest.Config) -> None:
    # Orphans of processes we start become our children, so that none is left behind unseen (Linux: prctl 36).
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, (name, reason) in house.PROGRAMS.items():
        if item.get_closest_marker(marker) and house.program(name) is None:
            if os.environ.get("KAKUYAKU_REQUIRE") == "all":
                pytest.fail(f"{reason} (KAKUYAKU_REQUIRE=all)", pytrace=False)
            pytest.skip(reason)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    left = house.children(os.getpid())
    for _ in range(20):  # those told to end a moment ago may
        if not left:
            return
        time.sleep(0.05)
        left = house.children(os.getpid())
    for pid, command in left.items():
        sys.stderr.write(f"\nleft behind by a test: process {pid}: {command}\n")
    session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Refuse sockets beyond loopback."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def check(self: socket.socket, address: Any) -> None:
        if self.family == socket.AF_INET and not str(address[0]).startswith("127.") and address[0] != "localhost":
            raise OSError(f"tests reach loopback only, not {address[0]}")
        if self.family == socket.AF_INET6 and address[0] not in ("::1", "localhost"):
            raise OSError(f"tests reach loopback only, not {address[0]}")

    def guarded(self: socket.socket, address: Any) -> None:
        check(self, address)
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        check(self, address)
        return connect_ex(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        patch.setattr(socket.socket, "connect_ex", guarded_ex)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_inherited_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give the run an own HOME, no KAKUYAKU_* variable and no `.env` file."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("KAKUYAKU_") and name != "KAKUYAKU_REQUIRE":
                patch.delenv(name)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            patch.delenv(name, raising=False)
        patch.setitem(Settings.model_config, "env_file", None)
        yield


@pytest.fixture
def clock() -> SettableClock:
    """A clock running from Friday 20 November 2026, 10:00 in Tokyo; move it with `clock.move(timedelta)`."""
    return SettableClock(NOON)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    with house.postgres() as server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, made once and copied."""
    path = tmp_path_factory.mktemp("template") / "migrated.sqlite3"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Ask for this to run on both databases."""
    kind: str = request.param
    return kind


@pytest.fixture
def new_database_url(
    database_kind: str, tmp_path: Path, request: pytest.FixtureRequest, sqlite_template: Path
) -> Iterator[Callable[[], str]]:
    """A function that makes a fresh migrated database of the test's kind and returns its URL."""
    made: list[str] = []
    server = request.getfixturevalue("postgres_server") if database_kind == "postgres" else None

    def make() -> str:
        if server is not None:
            url: str = server.fresh()
        else:
            path = tmp_path / f"state{len(made)}.sqlite3"
            shutil.copyfile(sqlite_template, path)
            url = f"sqlite:///{path}"
        made.append(url)
        return url

    yield make
    if server is not None:
        for url in made:
            server.drop(url)


@pytest.fixture
def new_database(new_database_url: Callable[[], str], clock: SettableClock) -> Iterator[Callable[[], Database]]:
    """A function that opens a fresh database: one for each example of a property test."""
    opened: list[Database] = []

    def make() -> Database:
        opened.append(Database(new_database_url(), clock))
        return opened[-1]

    yield make
    for database in opened:
        database.close()


@pytest.fixture
def database(new_database: Callable[[], Database]) -> Database:
    """A fresh migrated database; the test runs once on SQLite and once on PostgreSQL."""
    return new_database()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a test installation. `work.settings` has the database's URL filled in."""
    return Settings(data_folder=tmp_path / "data", settle_seconds=0.1, ats_timeout_seconds=5, smtp_timeout_seconds=5)


@pytest.fixture(scope="session")
def vault() -> Vault:
    return Vault([Fernet.generate_key().decode()])


@pytest.fixture
def new_work(settings: Settings, clock: SettableClock, vault: Vault) -> Iterator[Callable[[Database], Work]]:
    """`new_work(database)`: one process's means on that database; closed when the test ends."""
    made: list[Work] = []

    def make(database: Database) -> Work:
        made.append(assemble(settings.model_copy(update={"database_url": database.url}), database, clock, vault))
        return made[-1]

    yield make
    for work in made:
        work.close()


@pytest.fixture
def work(new_work: Callable[[Database], Work], database: Database) -> Work:
    """One process's means on the test's database: real connectors, real outbox, the judgement opened when asked."""
    return new_work(database)


POLICY = Policy(
    from_name="株式会社みほん 採用チーム",
    from_address="scout@mihon.example.com",
    bounce_address="bounce@mihon.example.com",
    company_ja="株式会社みほん",
    company_en="Mihon Inc.",
    quiet_hours=False,
    per_domain_per_minute=100_000,  # everybody in a test lives at one domain and is written to on one day
    first_day_letters=0,
    most_a_day=100_000,
    legal=LegalBlock(
        sender="株式会社みほん",
        postal_address="東京都千代田区見本町1-2-3",
        contact="saiyo@mihon.example.com",
    ),
)
"""A connection's policy with everything a letter needs; quiet hours off, so that tests need no office hours."""


def make_employer(database: Database, name: str = "株式会社みほん") -> Employer:
    with database.writing() as session:
        employer = Employer(name=name, created_at=database.clock.now())
        session.add(employer)
    return employer


def make_connection(
    database: Database, vault: Vault, employer: Employer, *, url_key: str = "first", policy: Policy = POLICY
) -> Connection:
    """A Greenhouse connection with its secrets; webhook secret `webhook-secret`, mail door secret `door-secret`."""
    with database.writing() as session:
        connection = Connection(
            employer_id=employer.key,
            url_key=url_key,
            ats="greenhouse",
            name=employer.name,
            cut_off=None,
            policy=policy.model_dump(mode="json"),
            created_at=database.clock.now(),
        )
        session.add(connection)
        session.flush()
        for name, value in (
            ("webhook", "webhook-secret"),
            ("mail_door", "door-secret"),
            ("client_id", "sandbox-client"),
            ("client_secret", "sandbox-secret"),
            ("sub", "4000000100"),
        ):
            add_secret(session, vault, connection, name, value)
    return connection


@pytest.fixture
def new_employer() -> Callable[..., Employer]:
    """`new_employer(database, name)`, for tests that open their own databases."""
    return make_employer


@pytest.fixture
def new_connection() -> Callable[..., Connection]:
    """`new_connection(database, vault, employer, url_key="…", policy=…)`."""
    return make_connection


@pytest.fixture
def policy() -> Policy:
    """The policy that `connection` carries."""
    return POLICY


@pytest.fixture
def employer(database: Database) -> Employer:
    return make_employer(database)


@pytest.fixture
def second_employer(database: Database) -> Employer:
    return make_employer(database, "別会社")


@pytest.fixture
def connection(database: Database, vault: Vault, employer: Employer) -> Connection:
    """A Greenhouse connection, not attested, its address nowhere; `sandbox_connection` has one that answers."""
    return make_connection(database, vault, employer)


@pytest.fixture
def sandbox(tmp_path: Path, clock: SettableClock) -> Iterator[Any]:
    """A running sandbox ATS with the test's clock (`sandbox.url`, `sandbox.misbehave(...)`, `sandbox.writes()`)."""
    from connectors.sandbox import serve

    with serve(tmp_path / "sandbox", port=0, now=clock.now, retry_after=(0.05, 0.1, 0.2, 0.5, 1, 2)) as running:
        yield running


@pytest.fixture
def sandbox_connection(database: Database, connection: Connection, sandbox: Any, work: Work) -> Connection:
    """The connection, pointed at the running sandbox, our fields created there."""
    with database.writing() as session:
        stored = session.get(Connection, connection.key)
        assert stored is not None
        stored.options = dict(sandbox.connection()["options"])
        session.add(stored)
    ats = work.ats(stored)
    ats.set_up()
    return stored
