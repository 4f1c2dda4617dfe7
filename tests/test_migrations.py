"""Migrations run up, down and up again on both databases, and end in what the rows say."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, pool, text

from plugin.migrate import downgrade, upgrade
from plugin.rows import metadata
from ranking.values import ScoreGroup


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


def test_stored_scores_survive_being_kept_by_score_and_back(empty_url: str, engine: Engine) -> None:
    people = [("p-1", 3, 90), ("p-2", 1, 71), ("p-3", 2, 90), ("人-4", 1, 40)]
    upgrade(empty_url, "0002")
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # no calibration stands behind these rows
            name = connection.execute(text("SELECT current_database()")).scalar_one()
            connection.execute(text(f'ALTER DATABASE "{name}" SET session_replication_role = replica'))
            connection.execute(text("SET session_replication_role = replica"))
        connection.execute(
            text(
                "INSERT INTO calibrationscore (employer_id, created_at, calibration_id, profile_id, profile_revision, score)"
                " VALUES (1, '2026-11-01 00:00:00+00:00', 7, :id, :revision, :score)"
            ),
            [{"id": id, "revision": revision, "score": score} for id, revision, score in people],
        )

    def stored() -> list[tuple[str, int, int]]:
        with engine.connect() as connection:
            columns = {column["name"] for column in inspect(connection).get_columns("calibrationscore")}
            if "profile_id" in columns:
                rows = connection.execute(text("SELECT profile_id, profile_revision, score FROM calibrationscore"))
                return sorted((id, revision, score) for id, revision, score in rows)
            groups = connection.execute(text("SELECT score, count, people, revisions FROM calibrationscore")).all()
        unpacked = [
            (id, revision, score)
            for score, count, ids, revisions in groups
            for id, revision in ScoreGroup(score, count, zlib.decompress(ids), zlib.decompress(revisions)).people()
        ]
        return sorted(unpacked)

    for step in (lambda: upgrade(empty_url, "0003"), lambda: downgrade(empty_url, "0002")):
        step()
        assert stored() == sorted(people)
