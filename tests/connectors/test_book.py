"""The book of who is there: read once, kept up from the top, gone on with where it was cut off, one per account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from connectors.base import ATSError
from connectors.book import Book, Known, book_of
from connectors.herp import Herp
from connectors.pace import Timekeeper
from connectors.records import Candidate

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


class People:
    """A list, last moved first, three a page; counts the pages turned and breaks off when told to."""

    def __init__(self, count: int) -> None:
        self.moved = {f"p{number}": NOON - timedelta(minutes=number) for number in range(count)}
        self.asked: list[int] = []
        self.breaks_at = 0
        self.now = 0.0

    def page(self, number: int) -> tuple[Sequence[Known], bool]:
        self.asked.append(number)
        if number == self.breaks_at:
            self.breaks_at = 0
            raise ATSError("too many requests", status=429)
        rows = sorted(self.moved, key=lambda id: self.moved[id], reverse=True)
        found = [
            Known(Candidate(id, "花子", "見本", (f"{id}@example.com",)), self.moved[id], self.moved[id])
            for id in rows[(number - 1) * 3 : number * 3]
        ]
        return found, number * 3 < len(rows)

    def book(self) -> Book:
        return Book(Timekeeper(lambda: self.now, lambda seconds: None), hours=1)


def test_it_is_read_once_and_kept_up_from_the_top() -> None:
    people = People(9)
    book = people.book()
    book.look(people.page)
    book.look(people.page)
    assert people.asked == [1, 2, 3, 1]
    assert book.at("P4@example.com") == ["p4"]
    people.moved["new"] = NOON + timedelta(minutes=1)
    book.look(people.page, now=True)
    assert people.asked == [1, 2, 3, 1, 1] and book.at("new@example.com") == ["new"]
    people.now += 3700
    book.look(people.page)
    assert people.asked[5:] == [1, 2, 3, 4, 1], "an hour later the whole list is read again"


def test_who_comes_or_moves_while_it_is_read_is_in_it() -> None:
    people = People(9)
    turn = people.page

    def page(number: int) -> tuple[Sequence[Known], bool]:
        if number == 2:
            people.moved |= {"new": NOON + timedelta(minutes=1), "p8": NOON + timedelta(minutes=2)}
        return turn(number)

    book = people.book()
    book.look(page, now=True)
    assert {id for id in people.moved if book.at(f"{id}@example.com")} == set(people.moved)


def test_a_reading_cut_off_goes_on_and_misses_nobody() -> None:
    people = People(9)
    people.breaks_at = 2
    book = people.book()
    with pytest.raises(ATSError):
        book.look(people.page)
    people.moved["p8"] = NOON + timedelta(minutes=5)  # from the last page to the first, meanwhile
    people.moved["new"] = NOON + timedelta(minutes=6)
    book.look(people.page)
    assert people.asked == [1, 2, 2, 3, 4, 1, 2]
    assert {id for id in people.moved if book.at(f"{id}@example.com")} == set(people.moved)


def test_a_look_cut_off_is_taken_again_from_the_top() -> None:
    people = People(3)
    book = people.book()
    book.look(people.page)
    people.moved |= {f"n{number}": NOON + timedelta(minutes=number) for number in range(1, 6)}
    people.breaks_at = 2
    with pytest.raises(ATSError):
        book.look(people.page, now=True)
    book.look(people.page, now=True)
    assert all(book.at(f"n{number}@example.com") for number in range(1, 6))


def test_all_connectors_of_an_account_share_it_and_no_others() -> None:
    clock = Timekeeper(lambda: 0.0, lambda seconds: None)
    options = {"account": "one:1"}
    first = book_of("herp", "key", options, clock)
    assert book_of("herp", "key", options, clock) is first
    assert book_of("herp", "another tenant's key", options, clock) is not first
    assert book_of("herp", "key", {"account": "one:2"}, clock) is not first
    assert book_of("talentio", "key", options, clock) is not first
    assert book_of("herp", "key", {}, clock) is not book_of("herp", "key", {}, clock)
    made = [Herp(credentials={"api_key": "key"}, secrets=[], options=options) for _ in range(2)]
    assert made[0].book is made[1].book is first
    for one in made:
        one.close()
