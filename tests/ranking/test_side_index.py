"""The index on disk: who was put in last is found, whatever was sealed, merged, compacted or reopened in between."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ranking import side_index as side_index_module
from ranking.columns import Block, Row, Snapshot, block_of
from ranking.encoder import DIMENSIONS
from ranking.gathering import filled, hash_ids, join, keep_rows
from ranking.side_index import Damaged, SideIndex

CONCEPTS = tuple(f"k_{n}" for n in range(40))


def row(name: str, seed: int = 0) -> Row:
    chance = random.Random(f"{name} {seed}")
    return Row(
        id=name,
        revision=seed,
        concepts=tuple(sorted(chance.sample(CONCEPTS, chance.randrange(6)))),
        denied=tuple(sorted(chance.sample(CONCEPTS, chance.randrange(2)))),
        signals=chance.randrange(32),
        japanese=chance.randrange(-1, 6),
        english=chance.randrange(-1, 6),
        years=chance.choice([-1.0, 0.5, 3.0, 40.0]),
        open_since=chance.choice([-1, 24_000]),
        desired_pay=chance.choice([-1, 6_000_000]),
        place=chance.choice(["", "13", "27"]),
        contactable=chance.random() < 0.5,
        vector=np.array([chance.randrange(-127, 128) for _ in range(DIMENSIONS)], np.int8),
    )


def people_of(snapshot: Snapshot) -> dict[str, tuple[object, ...]]:
    """Everything a snapshot says of each living person."""
    found: dict[str, tuple[object, ...]] = {}
    for block in snapshot.blocks:
        concepts: list[list[str]] = [[] for _ in range(len(block))]
        denied: list[list[str]] = [[] for _ in range(len(block))]
        for postings, lists in ((block.postings, concepts), (block.denials, denied)):
            for name in postings.numbers:
                rows = postings.of(name)
                assert (np.diff(rows.astype(int)) > 0).all()
                for place in rows:
                    lists[place].append(name)
        for place, raw in enumerate(block.ids.tolist()):
            if block.alive is not None and not block.alive[place]:
                continue
            assert raw.decode() not in found
            found[raw.decode()] = (
                *(int(column[place]) for column in (block.revisions, block.signals, block.japanese, block.english)),
                *(int(column[place]) for column in (block.months, block.open_since, block.desired_pay)),
                *(int(column[place]) for column in (block.places, block.contactable)),
                tuple(sorted(concepts[place])),
                tuple(sorted(denied[place])),
                block.vectors[place].tobytes(),
            )
    assert snapshot.people == len(found)
    return found


def laid_out(rows: list[Row]) -> dict[str, tuple[object, ...]]:
    return people_of(Snapshot((block_of(rows),), 0, len(rows)))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seal and merge as a large index does, at a handful of people."""
    monkeypatch.setattr(side_index_module, "TAIL_PEOPLE", 6)
    monkeypatch.setattr(side_index_module, "TAIL_FRAMES", 5)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SideIndex]:
    yield SideIndex.open(tmp_path / "index", "v1")


def test_who_is_put_in_is_there_after_reopening(index: SideIndex) -> None:
    rows = [row("anna"), row("ベン"), row("c" * 60)]
    index.put(rows, number=3)
    assert people_of(index.snapshot()) == laid_out(rows)
    again = SideIndex.open(index.folder, "v1")
    assert (again.number, again.people) == (3, 3)
    assert people_of(again.snapshot()) == laid_out(rows)


def test_a_snapshot_stays_as_it_was(index: SideIndex, small: None) -> None:
    index.put([row(str(n)) for n in range(5)], number=1)
    before = index.snapshot()
    said = people_of(before)
    for n in range(30):
        index.put([row(str(n), 1)], [str(n - 3)], number=n + 2)
    index.compact()
    assert people_of(before) == said
    with pytest.raises(ValueError, match="read-only"):
        before.blocks[0].vectors[0, 0] = 1


def test_what_a_deleted_person_left_is_gone_from_the_disk_after_compacting(index: SideIndex) -> None:
    index.append_blocks([block_of([row(f"keep-{n}") for n in range(50)] + [row("doomed-person")])], number=1)
    index.put([row("other-doomed")], number=2)
    index.put([], ["doomed-person", "other-doomed", "nobody"], number=3)
    assert any(b"doomed-person" in path.read_bytes() for path in index.folder.iterdir())
    index.compact()
    assert not any(b"doomed" in path.read_bytes() for path in index.folder.iterdir())
    assert index.people == 50


def test_ready_columns_replace_those_of_the_same_ids(index: SideIndex) -> None:
    index.put([row("a"), row("b")], number=1)
    assert index.append_blocks([block_of([row("b", 1), row("c")]), block_of([row("d")])], number=2) == 3
    assert index.append_blocks([block_of([row("d", 1)])], number=3) == 1
    expected = laid_out([row("a"), row("b", 1), row("c"), row("d", 1)])
    assert people_of(index.snapshot()) == expected
    assert people_of(SideIndex.open(index.folder, "v1").snapshot()) == expected


def test_another_reader_sees_what_was_written_when_it_looks_again(index: SideIndex, small: None) -> None:
    reader = SideIndex.open(index.folder, "v1")
    for n in range(40):
        index.put([row(str(n % 13), n)], number=n + 1)
        if n % 3 == 0:
            reader.refresh()
            assert reader.number == n + 1
            assert people_of(reader.snapshot()) == people_of(index.snapshot())


def test_readers_never_wait_for_a_writer_nor_see_half_of_it(index: SideIndex, small: None) -> None:
    index.put([row(str(n)) for n in range(4)], number=1)
    stop, failed = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            try:
                snapshot = index.snapshot()
                assert len({entry[0] for entry in people_of(snapshot).values()}) == 1
            except AssertionError as error:
                failed.append(error)
                return

    thread = threading.Thread(target=read)
    thread.start()
    for seed in range(1, 30):
        index.put([row(str(n), seed) for n in range(4)], number=seed + 1)
    stop.set()
    thread.join()
    assert failed == []


def test_vectors_of_another_version_are_not_served(index: SideIndex) -> None:
    index.put([row("a")], number=1)
    with pytest.raises(Damaged, match="another version"):
        SideIndex.open(index.folder, "v2")


def test_what_is_found_by_id_is_the_latest(index: SideIndex, small: None) -> None:
    for seed in range(4):
        index.put([row(f"{n:03}", seed) for n in range(20)], ["019"], number=seed + 1)
    found = index.find(["003", "007", "019", "nobody"])
    assert dict(zip(found.ids.tolist(), found.revisions.tolist(), strict=True)) == {b"003": 3, b"007": 3}


def test_equal_hashes_do_not_confuse_people(index: SideIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    from ranking import segments

    def poor(ids: np.ndarray) -> np.ndarray:
        return np.array([len(raw) % 2 for raw in ids.tolist()], np.uint64)

    monkeypatch.setattr(segments, "hash_ids", poor)
    monkeypatch.setattr(side_index_module, "hash_ids", poor)
    index.append_blocks([block_of([row("a" * n) for n in range(1, 20)])], number=1)
    index.put([row("aaaa", 1)], ["aaa"], number=2)
    expected = laid_out([row("a" * n) for n in range(1, 20) if n not in (3, 4)] + [row("aaaa", 1)])
    assert people_of(index.snapshot()) == expected


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["put", "bulk", "compact", "reopen"]),
            st.lists(st.integers(0, 25), max_size=9),
            st.lists(st.integers(0, 25), max_size=3),
        ),
        max_size=14,
    )
)
def test_any_history_ends_with_the_latest_of_everybody(
    tmp_path_factory: pytest.TempPathFactory,
    small: None,
    history: list[tuple[str, list[int], list[int]]],
) -> None:
    index = SideIndex.open(tmp_path_factory.mktemp("any") / "index", "v1")
    expected: dict[str, Row] = {}
    for number, (what, names, gone) in enumerate(history, 1):
        rows = [row(str(n), number) for n in dict.fromkeys(names) if n not in gone]
        if what == "put":
            index.put(rows, map(str, gone), number=number)
        elif what == "bulk":
            index.append_blocks([block_of(rows[:3]), block_of(rows[3:])], number=number)
        elif what == "compact":
            index.compact()
        else:
            index = SideIndex.open(index.folder, "v1")
        if what in ("put", "bulk"):
            expected |= {r.id: r for r in rows}
        if what == "put":
            for n in gone:
                expected.pop(str(n), None)
        assert people_of(index.snapshot()) == laid_out(list(expected.values()))
    again = SideIndex.open(index.folder, "v1")
    assert people_of(again.snapshot()) == laid_out(list(expected.values()))
    assert again.check() == []
    assert sorted(name for ids in again.ids() for name in ids) == sorted(expected)


def test_hashes_do_not_depend_on_the_width_of_the_array() -> None:
    ids = [b"a", b"bc", "日本".encode(), b"x" * 31]
    assert (hash_ids(np.array(ids)) == hash_ids(np.array(ids, "S64"))).all()
    many = np.array([f"person-{n}".encode() for n in range(100_000)])
    assert len(np.unique(hash_ids(many))) == 100_000


def test_blocks_taken_apart_and_filled_anew_say_the_same() -> None:
    rows = [row(str(n)) for n in range(100)]
    keep = np.array([n % 3 != 0 for n in range(100)])
    parts = [
        keep_rows(block_of(rows), keep),
        replace(block_of([row(f"x{n}") for n in range(50)]), alive=np.arange(50) < 20),
    ]
    blocks = list(filled(parts, 16))
    assert [len(block) for block in blocks] == [16] * 5 + [6]
    expected = laid_out([r for r, k in zip(rows, keep, strict=True) if k] + [row(f"x{n}") for n in range(20)])
    assert people_of(Snapshot(tuple(blocks), 0, 86)) == expected
    assert people_of(Snapshot((join(blocks),), 0, 86)) == expected


def test_a_new_index_is_built_beside_the_one_that_serves(index: SideIndex) -> None:
    index.put([row("old")], number=4)
    seen = []

    def blocks() -> Iterator[Block]:
        seen.append(set(people_of(index.snapshot())))
        index.put([row("meanwhile")], number=5)
        yield block_of([row("new")])

    records = index.build(blocks())
    index.adopt(records, number=4, then=lambda: index.put([row("meanwhile")], number=5))
    assert seen == [{"old"}]
    assert people_of(index.snapshot()) == laid_out([row("new"), row("meanwhile")])
    assert SideIndex.open(index.folder, "v1").number == 5


def test_a_tail_never_outgrows_a_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(side_index_module, "BLOCK", 50)
    monkeypatch.setattr(side_index_module, "_STEP", 20)
    index = SideIndex.open(tmp_path / "index", "v1")
    index.put([row(str(n)) for n in range(130)], number=1)
    assert index.people == 130
    assert all(len(block) <= 50 for block in index.snapshot().blocks)
