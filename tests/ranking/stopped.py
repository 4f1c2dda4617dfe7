"""Stops a process after every step it makes, then lets another go on; run as a program by `test_stopped.py`.

    python stopped.py index|store FOLDER

A child is forked for each step number, does the scenario with a hook that ends it (no clean-up, as SIGKILL would) after
that step, and a second child opens what it left. Prints one JSON line a stop: the step, and what was found wrong.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from test_side_index import laid_out, people_of, row

from ranking import durable, recording, side_index
from ranking.columns import Row, block_of, row_of
from ranking.facts import read_facts
from ranking.side_index import SideIndex
from ranking.store import ProfileStore
from ranking.values import Profile

KILLED = 137
Change = tuple[list[str], list[str]]  # upserts, deletes
HISTORY: list[Change] = [
    (["a", "b", "c", "d", "e", "f"], []),
    (["g"], ["a", "nobody"]),  # the tail is full: sealed
    (["h", "b", "i"], ["c"]),
    (["j", "k", "l", "m", "n"], []),  # sealed, with tombstones in the first segment
    (["o", "p", "q", "r", "s", "t", "g"], ["j"]),
    (["u", "v", "w", "x", "y", "z", "b"], ["t", "s", "r"]),  # merged, rewritten
]


def forked(work: Callable[[], None], report: Path) -> int:
    """Do something in a child; return how it ended. What it raised is written to the report."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:
            report.write_text(traceback.format_exc(), encoding="utf-8")
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def stop_at_each_step(
    base: Path,
    folder: Path,
    scenario: str,
    work: Callable[[Path], None],
    check: Callable[[Path], None],
    *,
    each: bool = True,
) -> None:
    """Do `work` on a copy of `base`, stopped after step 1, 2, 3 …, each time followed by `check`.

    Without `each`, only the first time one step follows a certain other.
    """
    report, listed = folder.parent / "report", folder.parent / "steps"

    def stopped(last: int) -> int:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(base, folder)
        report.unlink(missing_ok=True)
        steps: list[str] = []

        def reached(step: str) -> None:
            steps.append(step)
            if len(steps) == last:
                os._exit(KILLED)

        def until_the_stop() -> None:
            durable.reached = reached
            work(folder)
            listed.write_text(json.dumps(steps), encoding="utf-8")

        return forked(until_the_stop, report)

    assert stopped(0) == 0, report.read_text(encoding="utf-8")
    steps = json.loads(listed.read_text(encoding="utf-8"))
    pairs: set[tuple[str, str]] = set()
    for stop, pair in enumerate(pairwise(["", *steps]), 1):
        if pair in pairs and not each:
            continue
        pairs.add(pair)
        if stopped(stop) == KILLED:
            forked(lambda: check(folder), report)
        problem = report.read_text(encoding="utf-8") if report.exists() else ""
        print(json.dumps({"scenario": scenario, "stop": stop, "step": pair[1], "problem": problem}), flush=True)


# ── the index alone ──────────────────────────────────────────────────────────────────────────────────────────────


def index_rows(upto: int) -> dict[str, Row]:
    people: dict[str, Row] = {}
    for number, (upserts, deletes) in enumerate(HISTORY[:upto], 1):
        people |= {name: row(name, number) for name in upserts}
        for name in deletes:
            people.pop(name, None)
    return people


def write_index(folder: Path) -> None:
    index = SideIndex.open(folder / "index", "v1")
    for number, (upserts, deletes) in enumerate(HISTORY, 1):
        if number > index.number:
            index.put([row(name, number) for name in upserts], deletes, number=number)


def check_index(folder: Path) -> None:
    if (folder / "index").exists() and (folder / "index" / "manifest").exists():
        index = SideIndex.open(folder / "index", "v1")
        assert people_of(index.snapshot()) == laid_out(list(index_rows(index.number).values())), index.number
        assert index.check() == []
    else:
        SideIndex.create(folder / "index", "v1")
    write_index(folder)
    index = SideIndex.open(folder / "index", "v1")
    assert people_of(index.snapshot()) == laid_out(list(index_rows(len(HISTORY)).values()))
    assert index.check() == []
    index.sweep()
    assert {path.name for path in index.folder.iterdir()} == index._manifest.files()


def compact_and_append(folder: Path) -> None:
    index = SideIndex.open(folder / "index", "v1")
    index.append_blocks([block_of([row("new-1"), row("b", 99)]), block_of([row("new-2")])], number=len(HISTORY))
    index.compact()
    index.adopt(index.build([block_of(list(index_rows(len(HISTORY)).values()))]), number=len(HISTORY))


def check_compacted(folder: Path) -> None:
    index = SideIndex.open(folder / "index", "v1")
    people, before = people_of(index.snapshot()), index_rows(len(HISTORY))
    appended = before | {r.id: r for r in (row("new-1"), row("b", 99), row("new-2"))}
    assert people in (laid_out(list(before.values())), laid_out(list(appended.values())))
    assert index.check() == []
    index.put([row("b", 7)], number=len(HISTORY) + 1)
    again = people_of(SideIndex.open(folder / "index", "v1").snapshot())
    assert again == people | laid_out([row("b", 7)])


# ── the whole store ──────────────────────────────────────────────────────────────────────────────────────────────

TEXTS = {
    "a": "SRE。Terraform、AWSの経験6年。日本語：ネイティブ。",
    "b": "Account Executive\n5 years of B2B sales experience.\nEnglish: native",
}


def person(name: str, number: int) -> Profile:
    text = TEXTS["ab"[(ord(name[0]) + number) % 2]]
    return Profile(name, f"{text} {name}", revision=number, desired_pay=6_000_000 + number)


def stored(upto: int) -> dict[str, Profile]:
    people: dict[str, Profile] = {}
    for number, (upserts, deletes) in enumerate(HISTORY[:upto], 1):
        people |= {name: person(name, number) for name in upserts}
        for name in deletes:
            people.pop(name, None)
    return people


def write_store(folder: Path, upto: int = len(HISTORY)) -> None:
    with ProfileStore.open(folder / "chroma", "one") as store:
        apply_journal(store, upto)


def apply_journal(store: ProfileStore, upto: int = len(HISTORY)) -> None:
    for number, (upserts, deletes) in enumerate(HISTORY[:upto], 1):
        store.apply(number, [person(name, number) for name in upserts], deletes)


def check_store(folder: Path) -> None:
    with ProfileStore.open(folder / "chroma", "one") as store:
        assert store.last_applied <= len(HISTORY)
        apply_journal(store)
        sound(store, stored(len(HISTORY)))
        store.apply(len(HISTORY) + 1, [replace(person("a", 1), revision=50)])
        sound(store, stored(len(HISTORY)) | {"a": replace(person("a", 1), revision=50)})
        kept = {path.name for path in (folder / "chroma" / "index").iterdir()}
        assert kept == {"one.lock", store._texts.serving}, kept
        assert store._vault.names() == [store._texts.serving]


def sound(store: ProfileStore, people: dict[str, Profile]) -> None:
    findings = store.verify()
    assert findings == [], findings
    assert {p.id: (p.text, p.revision) for p in store.scan()} == {p.id: (p.text, p.revision) for p in people.values()}
    assert people_of(store.snapshot()) == laid_out([row_of(read_facts(p)) for p in people.values()])


def rebuild(folder: Path) -> None:
    with ProfileStore.open(folder / "chroma", "one", rebuild=True) as store:
        store.rebuild_index()


def erase(folder: Path) -> None:
    with ProfileStore.open(folder / "chroma", "one") as store:
        store.erase_all()


def check_erased(folder: Path) -> None:
    """Stopped before the erasure was sure, everybody is there; after, nobody: never some."""
    with ProfileStore.open(folder / "chroma", "one") as store:
        assert store.verify() == []
        assert (store.count(), store.last_applied) in ((len(stored(len(HISTORY))), len(HISTORY)), (0, 0))
    check_store(folder)


def main(what: str, folder: Path) -> None:
    side_index.TAIL_PEOPLE = 6
    recording.BATCH = 4
    empty, full, work = folder / "empty", folder / "full", folder / "work"
    empty.mkdir()
    full.mkdir()
    if what == "index":
        stop_at_each_step(empty, work, "write", write_index, check_index)
        write_index(full)
        stop_at_each_step(full, work, "append, compact, adopt", compact_and_append, check_compacted)
        return
    assert forked(lambda: write_store(empty, 3), folder / "report") == 0
    stop_at_each_step(empty, work, "apply", write_store, check_store, each=False)
    assert forked(lambda: write_store(full), folder / "report") == 0
    stop_at_each_step(full, work, "rebuild", rebuild, check_store, each=False)
    stop_at_each_step(full, work, "erase", erase, check_erased, each=False)
    (folder / "none").mkdir()
    stop_at_each_step(folder / "none", work, "make", lambda path: write_store(path, 1), check_store, each=False)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
