"""Records into the journal, a batch a transaction: what is in is skipped, who is one person is folded, the rest counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import insert
from sqlmodel import Session, col, select

from plugin.database import now_of
from plugin.identity import chunks
from plugin.people_in.folding import Fold, Folded, fold
from plugin.people_in.records import Incoming, SetAside, Unread
from plugin.rows import Profile, ProfileSource
from plugin.work.context import Work
from ranking.facts import WRITTEN_ENGLISH, WRITTEN_JAPANESE, written_in
from ranking.folding import fold as folded_text

if TYPE_CHECKING:
    from plugin.people import Person

STEP = 500
"""People journalled in one transaction."""


@dataclass(slots=True)
class Report:
    """What became of everything that was read. Every record is in exactly one of the first five counts."""

    new: int = 0
    changed: int = 0
    folded: int = 0  # another record of somebody in the same file, or older than what is known of them
    known: int = 0  # taken in before, exactly as it is
    set_aside: int = 0
    erased: int = 0  # of `known`: erased since, and not brought back
    stripped: Counter[str] = field(default_factory=Counter)
    folds: list[Fold] = field(default_factory=list)  # the first hundred
    no_basis: int = 0
    no_address: int = 0
    no_name: int = 0
    undated: int = 0
    last: str = ""  # the place of the last record that is in

    @property
    def read(self) -> int:
        return self.new + self.changed + self.folded + self.known + self.set_aside


def take_in(
    work: Work,
    employer_id: int,
    records: Iterable[Incoming | SetAside | Unread],
    set_aside: Callable[[SetAside], None],
    *,
    report: Report | None = None,
    after_batch: Callable[[Report], bool] | None = None,
    along: Callable[[Session, Report], None] | None = None,
    step: int = STEP,
) -> Report:
    """Journal everybody, `step` a transaction; reading them again changes nothing.

    `after_batch` is told how far it is and says whether to go on; `along` writes something of the caller's in the same
    transaction (how far a reading has come). Records that can't be used go to `set_aside`.
    """
    report = report if report is not None else Report()
    reading = iter(records)
    while batch := list(islice(reading, step)):
        counted = Report()
        opened = _open(work, employer_id, batch, counted)  # before the transaction: a PDF takes its time
        usable = [one for one in opened if isinstance(one, Incoming)]
        refused = [one for one in opened if isinstance(one, SetAside)]
        with work.writing() as session:
            strangers = _take_batch(session, work, employer_id, usable, counted)
            counted.set_aside = len(refused) + len(strangers)
            if along is not None:
                along(session, counted)
        for one in [*refused, *strangers]:
            set_aside(one)
        counted.last = batch[-1].place
        _add(report, counted)
        if after_batch is not None and not after_batch(report):
            break
    return report


def _take_batch(
    session: Session, work: Work, employer_id: int, batch: list[Incoming], report: Report
) -> list[SetAside]:
    from plugin import people as door

    door.hold_journal(session, employer_id)  # two imports at once would make two people of one
    fresh = list(_not_taken_before(session, work, employer_id, batch, report))
    found = fold(session, work.vault, employer_id, fresh)
    report.folds += found.folds
    for one in fresh:
        report.stripped += one.stripped
    people = []
    for seat in found.seats:
        if seat.record is None:
            continue
        people.append(_person(seat.profile_id, seat.record))
        if seat.known is None:
            report.new += 1
        else:
            report.changed += 1
        report.no_basis += people[-1].contact_basis not in door.CONTACT_BASES
        report.no_address += not people[-1].identity.email
        report.no_name += not people[-1].identity.name
        report.undated += people[-1].as_of is None
    report.folded += len(fresh) - len(found.strangers) - len(people)
    if people:
        report.stripped += door.add_profiles(session, work.vault, employer_id, people).stripped
    _remember(session, work, employer_id, found)
    return [SetAside(one.place, why, one.raw) for one, why in found.strangers]


def _open(
    work: Work, employer_id: int, batch: Sequence[Incoming | SetAside | Unread], report: Report
) -> list[Incoming | SetAside]:
    """Read what isn't read yet, but for what is in already."""
    if not any(isinstance(one, Unread) for one in batch):
        return [one for one in batch if not isinstance(one, Unread)]
    with work.reading() as session:
        there = _there(session, work, employer_id, [one.content for one in batch if isinstance(one, Unread)])
    opened: list[Incoming | SetAside] = []
    for one in batch:
        if not isinstance(one, Unread):
            opened.append(one)
        elif one.content in there:
            report.known += 1
            report.erased += not there[one.content]
        else:
            opened.append(one.read())
    return opened


def _not_taken_before(
    session: Session, work: Work, employer_id: int, batch: list[Incoming], report: Report
) -> Iterator[Incoming]:
    there = _there(session, work, employer_id, [one.content for one in batch])
    seen: set[str] = set()
    for one in batch:
        if one.content in there:
            report.known += 1
            report.erased += not there[one.content]
        elif one.content in seen:
            report.folded += 1
            report.folds.append(Fold(one.place, "bytes", False))
        else:
            seen.add(one.content)
            yield one


def _there(session: Session, work: Work, employer_id: int, contents: Sequence[str]) -> dict[str, bool]:
    """Which records are in, and whether their person still is."""
    by_hash = {_hash(work, employer_id, content): content for content in contents}
    there: dict[str, bool] = {}
    for chunk in chunks(list(by_hash)):
        query = (
            select(ProfileSource.content_hash, Profile.id)
            .join(
                Profile,
                (col(Profile.employer_id) == col(ProfileSource.employer_id))
                & (col(Profile.profile_id) == col(ProfileSource.profile_id)),
                isouter=True,
            )
            .where(col(ProfileSource.employer_id) == employer_id, col(ProfileSource.content_hash).in_(chunk))
        )
        there |= {by_hash[content]: key is not None for content, key in session.exec(query)}
    return there


def _remember(session: Session, work: Work, employer_id: int, found: Folded) -> None:
    now = now_of(session)
    rows = [
        {
            "employer_id": employer_id,
            "content_hash": _hash(work, employer_id, content),
            "profile_id": seat.profile_id,
            "created_at": now,
        }
        for seat in found.seats
        for content in seat.contents
    ]
    if rows:
        session.execute(insert(ProfileSource), rows)


def _hash(work: Work, employer_id: int, content: str) -> str:
    return work.vault.hash(employer_id, f"record:{content}")


def _person(profile_id: str, one: Incoming) -> Person:
    from plugin.people import Person

    return Person(
        profile=replace(one.profile, id=profile_id),
        identity=one.identity,
        language=one.language if one.language is not None else written_language(one.profile.text),
        contact_basis=one.contact_basis or "none",
        basis_at=one.basis_at,
        source=one.source,
        as_of=one.as_of,
        ats_candidate_id=one.ats_candidate_id,
    )


def written_language(text: str) -> str:
    """The language somebody writes of themselves in: the one to write to them in. "" where it can't be told."""
    found = written_in(folded_text(text).text)
    return "ja" if found & WRITTEN_JAPANESE else ("en" if found & WRITTEN_ENGLISH else "")


def _add(report: Report, counted: Report) -> None:
    for name in ("new", "changed", "folded", "known", "set_aside", "erased", "no_basis", "no_address", "no_name"):
        setattr(report, name, getattr(report, name) + getattr(counted, name))
    report.undated += counted.undated
    report.stripped += counted.stripped
    report.folds = (report.folds + counted.folds)[:100]
    report.last = counted.last


__all__ = ["STEP", "Report", "take_in", "written_language"]
