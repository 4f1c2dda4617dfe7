"""The judgement of this process: one profile store and judge per employer, opened when first asked for.

Importing this loads neither numpy nor chromadb. Only a worker (or a command) opens the embedded store, under its lock
file. Journal rows are applied in order; the store remembers the last one, so that applying twice changes nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import structlog
from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.people import changes_after
from plugin.rows import Calibration, Connection, Journal, Profile
from plugin.settings import Settings
from plugin.work.context import Work
from plugin.work.jobs import Claim
from ranking.values import Calibrated, Guidance, Requirement, Scored

if TYPE_CHECKING:
    from ranking.cells import Member
    from ranking.judge import Judge
    from ranking.sentence_encoder import SentenceEncoder
    from ranking.store import ProfileStore

log = structlog.get_logger(__name__)

JOURNAL_STEP = 2000
"""Journal rows applied at once: bounds memory, and how much is repeated after a crash."""


def judged_on(calibration: Calibration, connection: Connection) -> date:
    """The day a calibration counts years up to: the one it was asked for, in its connection's zone."""
    return calibration.created_at.astimezone(ZoneInfo(policy_of(connection).zone)).date()


class EmployerDesk:
    """One employer's store and judge, shared by the threads of a process.

    Whoever judges sees a snapshot and waits for one step of the journal at most, not for all of it: a score and the text
    its evidence quotes are of the same revision.
    """

    def __init__(self, employer_id: int, store: ProfileStore, judge: Judge) -> None:
        self.employer_id, self.store = employer_id, store
        self._judge = judge
        self._lock = threading.RLock()

    def catch_up(self, work: Work, progress: Callable[[int, int], None] | None = None) -> int:
        """Apply every journal row the store has not seen; return the last number applied."""
        while True:
            with self._lock:
                before = self.store.last_applied
                with work.reading() as session:
                    number, upserts, deletes = changes_after(
                        session, work.vault, self.employer_id, before, JOURNAL_STEP
                    )
                if number == before:
                    return before
                self.store.apply(number, upserts, deletes)
                self._forget([*(person.id for person in upserts), *deletes])
            if progress is not None:
                progress(number, number)
            log.info(
                "profiles_applied",
                employer=self.employer_id,
                number=number,
                upserts=len(upserts),
                deletes=len(deletes),
            )

    def _forget(self, ids: Sequence[str]) -> None:
        """Drop what the encoder keeps of people who have changed or gone."""
        if self._judge.rereader is not None:
            self._judge.rereader.forget(ids)

    def forget_the_gone(self) -> None:
        """Drop what the encoder keeps of people who are in the store no more: a crash may have come between."""
        kept = self._judge.rereader.kept() if self._judge.rereader is not None else []
        for start in range(0, len(kept), JOURNAL_STEP):
            page = kept[start : start + JOURNAL_STEP]
            self._forget(sorted(set(page) - set(self.store.get(page))))

    def verify(self, work: Work) -> list[dict[str, str]]:
        """Compare journal, texts, Chroma and index; one entry per finding (kind, message, profile_id), none when sound.

        People are compared with the journal only if all of it has been applied.
        """
        with self._lock:
            found = [asdict(finding) for finding in self.store.verify()]
            with work.reading() as session:
                last = (
                    session.exec(select(Journal.last).where(col(Journal.employer_id) == self.employer_id)).first() or 0
                )
                if self.store.last_applied > last:
                    message = (
                        f"The store is ahead of the journal ({self.store.last_applied:,} to {last:,}): "
                        "was an older state database restored? Erase the profile store and let the journal fill it again."
                    )
                    found.append({"kind": "ahead_of_journal", "message": message, "profile_id": ""})
                elif self.store.last_applied == last:
                    found.extend(self._against_the_journal(session))
            return found

    def _against_the_journal(self, session: Session) -> Iterator[dict[str, str]]:
        """Compare who is known with who is in the index, a page at a time; `Profile` rows are the journal's outcome."""
        known, after = 0, ""
        while page := session.exec(
            select(Profile.profile_id, Profile.revision)
            .where(
                col(Profile.employer_id) == self.employer_id,
                col(Profile.profile_id) > after,
                col(Profile.suspended_at).is_(None),  # they asked to be used no more: known, and not in the store
            )
            .order_by(col(Profile.profile_id))
            .limit(JOURNAL_STEP)
        ).all():
            known, after = known + len(page), page[-1][0]
            stored = self.store.revisions([profile_id for profile_id, _ in page])
            for profile_id, revision in page:
                if profile_id not in stored:
                    message = f"{profile_id} is known but not in the store."
                    yield {"kind": "journal_missing", "message": message, "profile_id": profile_id}
                elif stored[profile_id] != revision:
                    message = f"{profile_id} has revision {stored[profile_id]} in the store, {revision} in the journal."
                    yield {"kind": "journal_differs", "message": message, "profile_id": profile_id}
        if (people := self.store.snapshot().people) > known:
            message = f"The store has {people:,} people, the journal knows {known:,}: somebody erased is still in it."
            yield {"kind": "journal_erased", "message": message, "profile_id": ""}

    def calibrate(
        self, requirement: Requirement, guidance: Guidance | None, *, top: int, floor: int, reference_date: date
    ) -> Calibrated:
        with self._lock:
            return self._judge.calibrate(requirement, guidance, top=top, floor=floor, reference_date=reference_date)

    def preview(
        self, requirement: Requirement, guidance: Guidance | None, *, top: int, floor: int, reference_date: date
    ) -> Calibrated:
        """Judge a description still in writing, on the people there are now; waits for no change of the store."""
        return self._judge.preview(requirement, guidance, top=top, floor=floor, reference_date=reference_date)

    def people_of(
        self,
        requirement: Requirement,
        guidance: Guidance | None,
        cell: Mapping[str, Any],
        *,
        line: int,
        limit: int,
        reference_date: date,
    ) -> tuple[int, tuple[Member, ...]]:
        """Who stands behind a cell of the market table (the fields of `ranking.cells.Cell`); waits for no change either."""
        from ranking.cells import Cell, people_of

        return people_of(
            self.store.snapshot(),
            requirement,
            guidance,
            Cell(**cell),
            line=line,
            limit=limit,
            reference_date=reference_date,
        )

    def evidence(
        self, requirement: Requirement, guidance: Guidance | None, ids: Sequence[str], *, reference_date: date
    ) -> list[Scored]:
        """Score with evidence of anybody in the store, as of the day of the calibration it belongs to."""
        with self._lock:
            return self._judge.evidence(requirement, guidance, ids, reference_date=reference_date)

    def tidy(self, work: Work) -> None:
        """Let nothing of erased people remain in the index's files."""
        self.catch_up(work)
        with self._lock:
            self.store.compact()

    def close(self) -> None:
        with self._lock:
            self.store.close()
            if self._judge.rereader is not None:
                self._judge.rereader.close()


class JudgeDesk:
    """Every employer's desk of one process. Collections never mix: each carries its employer's id (R11)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._desks: dict[int, EmployerDesk] = {}
        self._encoder: SentenceEncoder | None = None
        self._lock = threading.Lock()

    def judge(self, employer_id: int) -> EmployerDesk:
        """Open an employer's desk, or return the open one.

        Raises `ranking.store.StoreBusy` while another process has the embedded store.
        """
        with self._lock:
            if employer_id not in self._desks:
                self._desks[employer_id] = self._open(employer_id)
            return self._desks[employer_id]

    def close(self) -> None:
        with self._lock:
            for desk in self._desks.values():
                desk.close()
            self._desks.clear()

    def _open(self, employer_id: int) -> EmployerDesk:
        # numpy and chromadb are loaded here, by the first calibration of a worker: the web process never comes by.
        from ranking.judge import Judge
        from ranking.rereading import Rereader
        from ranking.sentence_encoder import open_encoder
        from ranking.store import ProfileStore

        settings = self._settings
        if settings.encoder and self._encoder is None:  # one for all employers; what it keeps of people is apart
            self._encoder = open_encoder(Path(settings.encoder))
        collection = f"employer-{employer_id}"
        if self._settings.chroma_url:
            texts = self._settings.data_folder / "texts"
            texts.mkdir(parents=True, exist_ok=True)
            store = ProfileStore.open(self._settings.chroma_url, collection, texts=texts)
        else:
            store = ProfileStore.open(self._settings.data_folder / "profiles", collection)
        if self._encoder is None:
            return EmployerDesk(employer_id, store, Judge(store))
        cache = settings.data_folder / "encoders" / collection
        try:
            rereader = Rereader(self._encoder, cache, settings.encoder_people)
            desk = EmployerDesk(employer_id, store, Judge(store, rereader))
            desk.forget_the_gone()
        except BaseException:
            store.close()
            raise
        return desk


def apply_profiles(work: Work, claim: Claim) -> None:
    """Bring an employer's store up to its journal. Payload: employer_id."""
    work.judge(claim.payload["employer_id"]).catch_up(work)


def tidy_profiles(work: Work, claim: Claim) -> None:
    """Rewrite what still holds the ids and vectors of erased people. Payload: employer_id."""
    work.judge(claim.payload["employer_id"]).tidy(work)
