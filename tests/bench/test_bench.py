"""The benchmarks run, count what they say they count, and say where. How fast is never asserted."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.bench import databases, load
from plugin.bench.requisitions import TRADES, requisition
from plugin.bench.tables import machine, machine_line, percentile, spread, table
from plugin.cli import main
from ranking.requirement import read_requirement

SIZES = {
    "webhooks": ["--rate", "20", "--seconds", "1"],
    "shortlist": ["--requisitions", "1", "--people", "60"],
    "replies": ["--replies", "2", "--people", "250"],
}


def measured(capsys: pytest.CaptureFixture[str], name: str, database: str, *more: str) -> dict[str, Any]:
    assert main(["bench", name, *SIZES[name], "--database", database, "--json", *more]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert told["machine"]["cores"] >= 1 and told["machine"]["python"] and told["what"]
    for row in told["rows"]:
        assert row["p50_ms"] <= row["p95_ms"] <= row["p99_ms"] <= row["max_ms"]
    return told


def test_webhooks_are_offered_and_each_is_stored(capsys: pytest.CaptureFixture[str]) -> None:
    rows = measured(capsys, "webhooks", "sqlite")["rows"]
    assert [row["door"].split(":")[0] for row in rows] == ["kakuyaku", "plain", "floor"]
    assert [(row["ok"], row["errors"]) for row in rows] == [(20, 0)] * 3


def test_shortlists_are_timed_by_stage(capsys: pytest.CaptureFixture[str]) -> None:
    rows = measured(capsys, "shortlist", "sqlite")["rows"]
    whole, *stages, first = rows
    assert whole["n"] == first["n"] == 1
    assert abs(whole["max_ms"] - sum(row["max_ms"] for row in stages)) < 1, "the stages are the whole way"


def test_replies_are_timed_to_the_entry(capsys: pytest.CaptureFixture[str]) -> None:
    rows = measured(capsys, "replies", "sqlite")["rows"]
    assert "(2 entered)" in rows[0]["stage"]
    assert rows[0]["max_ms"] > 0


@pytest.mark.postgres
def test_postgresql_is_measured_on_databases_made_for_the_time(
    capsys: pytest.CaptureFixture[str], postgres_server: Any
) -> None:
    rows = measured(capsys, "webhooks", "postgresql", "--database-url", postgres_server.url("postgres"))["rows"]
    assert {row["database"] for row in rows} == {"PostgreSQL"}
    assert [row["ok"] for row in rows] == [20] * 3
    engine = databases.Engine("PostgreSQL", postgres_server.url("postgres"))
    with databases.fresh_database(engine) as url:
        assert url != engine.url
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(url.replace("+psycopg", ""))


@pytest.mark.postgres
def test_a_postgresql_is_started_for_the_time_and_keeps_its_promises() -> None:
    with databases.engines("postgresql", "") as (engine,):
        address = engine.url.replace("+psycopg", "")
        with psycopg.connect(address) as connection:
            assert [row[0] for row in connection.execute("SELECT current_setting('fsync')")] == ["on"]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(address)


def test_without_a_server_postgresql_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "find_program", lambda name: None)
    assert main(["bench", "webhooks", "--database", "postgresql"]) == 2
    assert capsys.readouterr().err.splitlines()[-1].startswith("kakuyaku: PostgreSQL's initdb is not here")


def test_a_wrong_database_url_is_refused_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "webhooks", "--database-url", "mysql://there"]) == 2
    assert "postgresql+psycopg://" in capsys.readouterr().err


def test_time_counts_from_the_schedule_and_everybody_who_waits_is_charged() -> None:
    """A server that stops for half a second once: all that should have left meanwhile say so."""
    bodies: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
            digest = hmac.new(b"secret", body, hashlib.sha256).hexdigest().encode()
            assert b"sha256 " + digest in head
            bodies.append(body)
            if len(bodies) == 40:
                await stall()
            async with gate:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    async def stall() -> None:
        async with gate:
            await asyncio.sleep(0.5)

    async def offer() -> load.Measured:
        server = await asyncio.start_server(quiet, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            measured = await load.run(load.Order(port, "/hook", "secret", rate=100, seconds=1.0, warm_up=0.2))
            await asyncio.gather(*serving)
            return measured

    async def quiet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.append(task)
        try:
            await serve(reader, writer)
        except asyncio.IncompleteReadError:
            writer.close()
            await writer.wait_closed()

    serving: list[asyncio.Task[None]] = []
    gate = asyncio.Lock()
    with ThreadPoolExecutor(1) as aside:  # a browser of another test may leave a loop in this thread
        measured = aside.submit(asyncio.run, offer()).result()
    assert measured.statuses == {"200": 100} and len(bodies) == 120
    assert len(set(bodies)) == 120, "no body comes twice"
    assert sum(took > 0.2 for took in measured.times) >= 20


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0.01, 1.0))
def test_a_percentile_is_one_of_the_values_and_that_share_stays_within(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6
    smaller = [value for value in values if value < found]
    assert len(smaller) < share * len(values) + 1e-6, "and no smaller one would do"


def test_percentiles_of_nothing_are_zero() -> None:
    assert spread([]) == {"p50_ms": 0.0, "p95_ms": 0.0, "p99_ms": 0.0, "max_ms": 0.0}


def test_a_table_lines_up_in_both_languages() -> None:
    lines = table([{"誰": "候補者", "n": 1000}, {"誰": "a", "n": 2}]).splitlines()
    assert lines == ["  誰          n", "  候補者  1,000", "  a           2"]


def test_a_busy_machine_is_said() -> None:
    here = machine() | {"cores": 2, "load_before": 1.5}
    assert "busy" in machine_line(here)
    assert "busy" not in machine_line(here | {"load_before": 0.2})


def test_requisitions_differ_and_are_understood() -> None:
    texts = [requisition(number) for number in range(2 * len(TRADES))]
    assert len({text for _, text in texts}) == len(texts) and len({title for title, _ in texts}) == len(texts)
    for title, text in texts:
        assert read_requirement(text).must, f"{title} asks for something"
