"""Migrations run up, down and up again on both databases, and end in what the rows say."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, pool, text

from plugin.migrate import downgrade, upgrade
from plugin.rows import metadata
from ranking.values import LanguageTally, Market, ScoreGroup, Tally


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


def test_what_calibrations_counted_is_taken_over(empty_url: str, engine: Engine) -> None:
    cells = [[82, 80, 5, -1, 8, "13", True, 7], [64, 70, -1, 3, -1, "", False, 2], [0, 0, 3, 3, 6, "27", True, 90]]
    upgrade(empty_url, "0003")
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":  # no requisition stands behind these rows
            name = connection.execute(text("SELECT current_database()")).scalar_one()
            connection.execute(text(f'ALTER DATABASE "{name}" SET session_replication_role = replica'))
            connection.execute(text("SET session_replication_role = replica"))
        insert = (
            "INSERT INTO calibration (employer_id, created_at, requisition_id, requirement_id, short_id,"
            " requirement_hash, guidance_hash, state, asked_by, before_publish, score_version, store_revision, universe,"
            " considered, floor, proposed_line, market, shortlist_hash) VALUES (1, '2026-11-01 00:00:00+00:00', 1, 1,"
            " :short, '', '', :state, '', :no, '', 0, 120, 99, 40, 75, :market, '')"
        )
        connection.execute(text(insert), {"short": "C1", "state": "done", "no": False, "market": json.dumps(cells)})
        connection.execute(text(insert), {"short": "C2", "state": "owed", "no": False, "market": "[]"})
    upgrade(empty_url, "0004")
    with engine.connect() as connection:
        ((packed,),) = connection.execute(text("SELECT packed FROM calibrationmarket")).all()
    found = Market.from_json(json.loads(zlib.decompress(packed))["market"])
    assert (found.floor, found.universe, found.within_reach) == (40, 120, 99)
    assert set(found.people) == {Tally(82, 0, True, 7), Tally(64, 1, False, 2)}
    assert set(found.languages["japanese"]) == {
        LanguageTally(80, 5, "stated", 8, 7),
        LanguageTally(70, -1, "", -1, 2),
    }
    assert set(found.places) == {(80, "13", 7), (70, "", 2)}
    downgrade(empty_url, "0003")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT short_id FROM calibration ORDER BY 1")).scalars().all() == ["C1", "C2"]
