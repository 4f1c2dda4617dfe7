"""From a description to faults, cards and cells, over generated stores of 5,000: what is counted is what is there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from plugin.alignment import requirement as requirements
from plugin.alignment.faults import fault_text
from plugin.alignment.market import StoredMarket, counts_by_line, market_table
from plugin.alignment.specifications import changed
from plugin.alignment.store import EmployerDesk
from plugin.alignment.tables import Band
from ranking.cells import Cell, Member, people_of
from ranking.columns import UNKNOWN_16, Block, Snapshot
from ranking.crowd import Crowd
from ranking.faults import faults_of
from ranking.judge import Judge
from ranking.requirement import read_requirement
from ranking.values import PAY_BEYOND, Calibrated, Profile, Requirement

PEOPLE = 5_000
TODAY = date(2026, 11, 20)
BACKEND = (
    "バックエンドエンジニア\n■必須\n・Javaでの開発経験\n・SQLの経験\n■歓迎\n・AWSの経験\n■給与\n年収600万円〜{high}\n"
)
ENGLISH = "■語学\n英語：ネイティブレベル必須\n"
VAGUE = "法人営業\n■必須\n・法人営業の経験\n"


@cache
def crowd() -> Crowd:
    return Crowd(PEOPLE, seed=7)


@cache
def everybody() -> Block:
    (block,) = crowd().blocks()
    return block


class Store:
    """A generated store, its columns changed by a test."""

    def __init__(self, block: Block) -> None:
        self.block = block

    def snapshot(self) -> Snapshot:
        alive = len(self.block) if self.block.alive is None else int(self.block.alive.sum())
        return Snapshot((self.block,), 1, alive)

    def get(self, ids: Sequence[str]) -> dict[str, Profile]:
        return {id: crowd().profile(id) for id in ids}

    def judged(self, asked: Requirement) -> Calibrated:
        return Judge(self).preview(asked, None, reference_date=TODAY)

    def faults(self, asked: Requirement, line: int = 0) -> list[tuple[str, str]]:
        run = self.judged(asked)
        assert run.table is not None
        line = line or run.proposed_line
        found = faults_of(asked, run.table, line, [scored.score for scored in run.shortlist])
        assert all(fault_text(fault, locale) for fault in found for locale in ("ja", "en"))
        return [(fault.kind, fault.cause) for fault in found]

    def only(self, keep: Callable[[int], bool], ids: Sequence[str], others: bool = True) -> Store:
        """Take people out: of `ids`, in their order, those whose number isn't kept; `others` stay or go."""
        rows = {raw.decode(): row for row, raw in enumerate(self.block.ids.tolist())}
        alive = np.full(len(self.block), others, np.bool_)
        alive[[rows[id] for id in ids]] = [keep(number) for number in range(len(ids))]
        return Store(replace(self.block, alive=alive))


def backend(high: str = "1,200万円", more: str = "") -> Requirement:
    asked = read_requirement(BACKEND.format(high=high) + more)
    assert len(asked.must) == 2 and asked.pay is not None and (asked.english is not None) == bool(more)
    return asked


def members(store: Store, asked: Requirement, cell: Cell, line: int) -> tuple[int, tuple[Member, ...]]:
    return people_of(store.snapshot(), asked, None, cell, line=line, limit=PEOPLE, reference_date=TODAY)


def viable(store: Store, asked: Requirement, line: int, levels: Sequence[int] = range(-1, 6)) -> list[str]:
    """Everybody viable at a line, whatever they speak or want."""
    found = []
    for level in levels:
        for basis in ("stated", "written") if level >= 0 else ("",):
            for low, high in ((0, None), (None, None)):
                found += [
                    one.profile_id for one in members(store, asked, Cell("english", level, basis, low, high), line)[1]
                ]
    return sorted(set(found))


def test_a_requirement_the_store_serves_has_no_fault() -> None:
    assert Store(everybody()).faults(backend()) == []


@pytest.mark.parametrize(("left", "narrow"), [(4, True), (5, False)])
def test_too_narrow_by_one_person(left: int, narrow: bool) -> None:
    whole, asked = Store(everybody()), backend()
    suitable = viable(whole, asked, 55)
    assert len(suitable) > 100
    found = whole.only(lambda number: number < left, suitable).faults(asked)
    assert (("too_narrow", "") in found) == narrow


@pytest.mark.parametrize(("left", "weaker", "vague"), [(49, 60, False), (50, 75, True), (50, 76, False)])
def test_too_vague_by_one_person(left: int, weaker: int, vague: bool) -> None:
    whole, asked = Store(everybody()), read_requirement(VAGUE)
    assert whole.faults(asked) == [("too_vague", "flat")]
    strong = viable(whole, asked, 85)
    others = sorted(set(viable(whole, asked, 55)) - set(strong))
    kept = {*strong[:left], *others[:weaker]}
    assert len(kept) == left + weaker
    listed = [*strong, *others]
    found = whole.only(lambda number: listed[number] in kept, listed).faults(asked)
    assert (("too_vague", "flat") in found) == vague


def _speaking(asked: Requirement, line: int, share: float, wanting: int | None = None) -> Store:
    """A store whose people speak business English, but a share (rounded up) of the viable: these are native speakers."""
    english = np.full(PEOPLE, 3 + 1, np.uint8)
    columns = {"english": english}
    if wanting is not None:
        columns["desired_pay"] = np.full(PEOPLE, wanting, np.uint16)
    block = replace(everybody(), **columns)  # type: ignore[arg-type]
    suitable = viable(Store(block), asked, line)
    rows = {raw.decode(): row for row, raw in enumerate(block.ids.tolist())}
    for id in suitable[: -(-int(len(suitable) * share * 1000) // 1000)]:
        english[rows[id]] = 5 + 1
    return Store(replace(block, english=english))


@pytest.mark.parametrize(("share", "fault"), [(0.0, True), (0.09, True), (0.12, False)])
def test_language_against_supply(share: float, fault: bool) -> None:
    asked = backend(more=ENGLISH)
    # Everybody wants ¥8M: the band is no question here.
    found = _speaking(asked, 60, share, wanting=800).faults(asked, 60)
    assert found == ([("unattractable", "language")] if fault else [])


@pytest.mark.parametrize(("high", "fault"), [("800万円", True), ("820万円", False), ("900万円", False)])
def test_a_stale_band(high: str, fault: bool) -> None:
    asked = backend(high)
    store = Store(replace(everybody(), desired_pay=np.full(PEOPLE, 900, np.uint16)))
    assert (("unattractable", "pay") in store.faults(asked, 60)) == fault


def test_a_stale_band_nobody_would_say_is_unknown() -> None:
    store = Store(replace(everybody(), desired_pay=np.full(PEOPLE, UNKNOWN_16, np.uint16)))
    assert store.faults(backend("700万円"), 60) == []


@pytest.mark.parametrize(("high", "share", "cause"), [("800万円", 0.05, "both"), ("1,200万円", 0.05, "language"), ("800万円", 0.5, "pay")])  # fmt: skip
def test_both_at_once_and_each_alone(high: str, share: float, cause: str) -> None:
    """Half of the people haven't said what they want: they are viable at any band."""
    asked = backend(high, ENGLISH)
    store = _speaking(asked, 60, share)
    pay = np.where(np.arange(PEOPLE) % 2 == 0, 900, UNKNOWN_16).astype(np.uint16)
    assert Store(replace(store.block, desired_pay=pay)).faults(asked, 60) == [("unattractable", cause)]


@pytest.mark.parametrize(
    "text",
    [
        BACKEND.format(high="700万円") + "■語学\n日本語：ビジネスレベル以上\n",
        "Data engineer\nRequirements:\n- Python\n- SQL\n- Kubernetes\nEnglish: fluent (required)\nSalary: JPY 6M - 8M\n",
        "経理\n■必須\n・経理の実務経験 3年以上\n・日商簿記2級\n■給与\n年収450万円〜600万円\n",
    ],
)
def test_a_card_counts_what_the_next_calibration_will(text: str) -> None:
    """What is picked becomes overrides; judged anew, as many people stand above every line as the card said."""
    store, asked = Store(everybody()), read_requirement(text)
    cards = store.judged(asked).specifications
    assert len(cards) >= 2
    for card in cards:
        values = {field: requirements.plain_values(changed(asked, card.changes))[field] for field in card.changes}
        for field, value in values.items():
            assert requirements.checked_value(field, value) == value
        again = store.judged(changed(asked, card.changes))
        assert again.table is not None
        assert counts_by_line(card.people, 40, True) == counts_by_line(again.table.people, 40, True), card.kind


@pytest.mark.parametrize("language", ["japanese", "english"])
def test_a_cell_opens_as_many_people_as_it_says(language: str) -> None:
    store, asked = Store(everybody()), backend()
    run = store.judged(asked)
    assert run.table is not None
    table = market_table(StoredMarket(run.table), 60, language)
    seen: list[str] = []
    for row in table.rows:
        for band, count in zip(table.bands, row.counts, strict=True):
            if count:
                cell = Cell(language, row.level, row.basis, *_ends(band))
                number, listed = members(store, asked, cell, 60)
                assert number == count == len(listed)
                assert all(
                    (-one.score, one.profile_id) < (-other.score, other.profile_id) for one, other in pairwise(listed)
                )
                seen += [one.profile_id for one in listed]
    assert len(seen) == len(set(seen)), "nobody is in two cells"
    assert seen


def _ends(band: Band) -> tuple[int | None, int | None]:
    return band.low, band.high


def test_only_the_best_of_a_large_cell_are_listed() -> None:
    store, asked = Store(everybody()), backend()
    cell = Cell("japanese", 5, "stated", 0, None)
    number, everyone = members(store, asked, cell, 50)
    counted, some = people_of(store.snapshot(), asked, None, cell, line=50, limit=7, reference_date=TODAY)
    assert counted == number > 7 and some == everyone[:7]


def test_who_wants_more_than_the_band_is_counted_apart() -> None:
    asked = backend("700万円")
    run = Store(everybody()).judged(asked)
    assert run.table is not None
    line = counts_by_line(run.table.people, 40, True)[20]
    by_pay = sum(t.count for t in run.table.people if t.score >= 60 and t.pay == PAY_BEYOND)
    assert line.beyond == by_pay > 0


def test_a_desk_previews_and_opens_cells_without_waiting_for_its_store() -> None:
    """While the journal is being applied, pages still get their answers."""
    store, asked = Store(everybody()), backend()
    desk = EmployerDesk(1, store, Judge(store))  # type: ignore[arg-type]
    held, done = threading.Event(), threading.Event()

    def applying() -> None:
        with desk._lock:
            held.set()
            done.wait(30)

    thread = threading.Thread(target=applying)
    thread.start()
    try:
        assert held.wait(30)
        found = desk.preview(asked, None, top=5, floor=40, reference_date=TODAY)
        cell = {"language": "japanese", "level": 5, "basis": "stated", "low": None, "high": None}
        count, some = desk.people_of(asked, None, cell, line=60, limit=3, reference_date=TODAY)
    finally:
        done.set()
        thread.join()
    assert len(found.shortlist) == 5 and found.groups == ()
    assert count > 3 == len(some)
