"""Migrations run up, down and up again on both databases, and end in what the rows say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, pool

from plugin.migrate import downgrade, upgrade
from plugin.rows import metadata


@pytest.fixture
def empty_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    if database_kind == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server = request.getfixturevalue("postgres_server")
    url = server.empty()
    yield url
    server.drop(url)


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    engine = create_engine(empty_url, poolclass=pool.NullPool)
    yield engine
    engine.dispose()


def tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def test_up_down_and_up_again(empty_url: str, engine: Engine) -> None:
    upgrade(empty_url)
    assert tables(engine) == set(metadata.tables)
    downgrade(empty_url, "base")
    assert tables(engine) == set()
    upgrade(empty_url)
    assert tables(engine) == set(metadata.tables)


def test_a_second_upgrade_changes_nothing(empty_url: str, engine: Engine) -> None:
    upgrade(empty_url)
    upgrade(empty_url)
    assert tables(engine) == set(metadata.tables)


def test_the_migrations_make_what_the_rows_say(empty_url: str, engine: Engine) -> None:
    upgrade(empty_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_people_are_looked_up_by_index(empty_url: str, engine: Engine) -> None:
    """Every yes looks for namesakes, every changed candidate for a profile: among millions, never one by one."""
    upgrade(empty_url)
    found = {tuple(index["column_names"]) for index in inspect(engine).get_indexes("profile")}
    wanted = ("email_hash", "name_hash", "phone_hash", "ats_candidate_id")
    assert {("employer_id", column) for column in wanted} <= found
