"""A small world for the pipeline's tests: a requisition with its people and scouts, and an ATS that remembers.

`ats` misbehaves by script, as real ones do; `world.work_all()` runs what is owed until nothing is due.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from connectors.base import ATSError, Connector
from connectors.records import (
    Application,
    ApplicationStatus,
    Attachment,
    Candidate,
    Entered,
    EntryKind,
    Interview,
    NewEntry,
    RequisitionStatus,
    Stage,
)
from connectors.records import Requisition as AtsRequisition
from plugin.clock import SettableClock
from plugin.database import Database
from plugin.people import Identity, Person, add_profiles
from plugin.pipeline.entries import accept_yes
from plugin.pipeline.holding import words_of
from plugin.rows import (
    Batch,
    Calibration,
    Commitment,
    Connection,
    Entry,
    Event,
    Job,
    Mail,
    Promise,
    Reply,
    RequirementRow,
    Requisition,
    Scout,
    ShortlistEntry,
    Staff,
    Task,
)
from plugin.work.context import Handler, Work
from plugin.work.handlers import HANDLERS
from plugin.work.worker import Worker
from ranking.values import Profile as JudgedProfile
from ranking.values import Requirement


class MemoryAts(Connector):
    """An ATS that remembers what was written and fails by script.

    `script` is used up one item a write: ok, drop (applied, answer lost), late (applied a second later), lost (not
    applied, no answer), limit (429), refuse (422), surprise (applied, then an exception nobody expected).
    """

    name = "memory"
    late_by = timedelta(seconds=1)

    def __init__(self, clock: SettableClock) -> None:
        super().__init__(credentials={}, secrets=[], options={})
        self.clock = clock
        self.script: list[str] = []
        self.retry_after = 3.0  # seconds asked for with a 429; the clock of these tests runs
        self.status: dict[str, RequisitionStatus] = {}
        self.people: dict[str, Candidate] = {}
        self.standing: dict[str, Application] = {}
        self.notes: list[tuple[str, str, str]] = []
        self.tags: list[tuple[str, str]] = []
        self.files: list[tuple[str, str, Attachment]] = []
        self.meetings: list[Interview] = []
        self.moves: list[tuple[str, str]] = []
        self.reads: list[str] = []
        self.unreachable = False
        self._later: list[tuple[datetime, Callable[[], Any]]] = []
        self._last = 0

    def _id(self) -> str:
        self._last += 1
        return str(self._last)

    def settle(self) -> None:
        """Apply what was late and is due now."""
        due = [apply for at, apply in self._later if at <= self.clock.now()]
        self._later = [(at, apply) for at, apply in self._later if at > self.clock.now()]
        for apply in due:
            apply()

    def _write(self, apply: Callable[[], Any]) -> Any:
        how = self.script.pop(0) if self.script else "ok"
        if how == "limit":
            raise ATSError("slow down", status=429, retry_after=self.retry_after)
        if how == "refuse":
            raise ATSError("this is not allowed", status=422, permanent=True)
        if how == "lost":
            raise ATSError("no answer", unknown=True)
        if how == "late":
            self._later.append((self.clock.now() + self.late_by, apply))
            raise ATSError("gateway time-out", status=504, unknown=True)
        made = apply()
        if how == "drop":
            raise ATSError("the connection broke", unknown=True)
        if how == "surprise":
            raise KeyError("id")
        return made

    def _look(self, what: str) -> None:
        self.settle()
        self.reads.append(what)
        if self.unreachable:
            raise ATSError("could not be reached", status=503)

    def requisition(self, id: str) -> AtsRequisition | None:
        self._look("requisition")
        now = self.clock.now()
        status = self.status.get(id)
        return AtsRequisition(id, "", status, "", False, False, now, now) if status is not None else None

    def stages(self, requisition_id: str) -> list[Stage]:
        return [Stage("s1", "応募書類確認", 0), Stage("s2", "カジュアル面談", 1), Stage("s3", "一次面接", 2)]

    def find_candidates(self, *, email: str = "", name: str = "") -> list[Candidate]:
        self._look("find")
        if name and not email:
            return [one for one in self.people.values() if name.split()[0] in (one.last_name, one.first_name)]
        return [one for one in self.people.values() if email in one.emails]

    def candidate(self, id: str) -> Candidate | None:
        self._look("candidate")
        return self.people.get(id)

    def applications(self, *, candidate_id: str = "", requisition_id: str = "") -> list[Application]:
        self._look("applications")
        return [
            one
            for one in self.standing.values()
            if candidate_id in ("", one.candidate_id) and requisition_id in ("", one.requisition_id)
        ]

    def interviews(self, *, application_ids: Sequence[str] = (), since: datetime | None = None) -> list[Interview]:
        self._look("interviews")
        return [one for one in self.meetings if one.application_id in application_ids]

    def add_entry(self, entry: NewEntry) -> Entered:
        person = self.candidate(entry.candidate_id) if entry.candidate_id else None
        found = self.find_candidates(email=entry.email)
        person = person or (found[0] if found else None)
        if person is None:
            person = self._write(lambda: self._person(entry))
        for one in self.applications(candidate_id=person.id, requisition_id=entry.requisition_id):
            return Entered(person.id, one.id, found=True)
        made: Application = self._write(lambda: self._application(person, entry))
        return Entered(person.id, made.id)

    def _person(self, entry: NewEntry) -> Candidate:
        made = Candidate(self._id(), entry.first_name, entry.last_name, (entry.email,), company=entry.company)
        self.people[made.id] = made
        return made

    def _application(self, person: Candidate, entry: NewEntry) -> Application:
        stages = self.stages(entry.requisition_id)
        stage = next((one for one in stages if one.id == entry.stage_id), stages[0])
        made = Application(
            self._id(),
            person.id,
            entry.requisition_id,
            ApplicationStatus.ACTIVE,
            stage="" if entry.kind is EntryKind.PROSPECT else stage.name,
            prospect=entry.kind is EntryKind.PROSPECT,
        )
        self.standing[made.id] = made
        return made

    def note(self, candidate_id: str, ref: str, body: str) -> str:
        self._look("notes")
        for number, (_, found, _body) in enumerate(self.notes):
            if found == ref:
                return str(number)
        self._write(lambda: self.notes.append((candidate_id, ref, body)))
        return str(len(self.notes) - 1)

    def tag(self, candidate_id: str, tag: str) -> None:
        self._look("tags")
        if (candidate_id, tag) not in self.tags:
            self._write(lambda: self.tags.append((candidate_id, tag)))

    def attach(self, application_id: str, ref: str, attachment: Attachment) -> str:
        self._look("files")
        if all(found != ref for _, found, _file in self.files):
            self._write(lambda: self.files.append((application_id, ref, attachment)))
        return ref

    def move(self, application_id: str, stage_id: str) -> None:
        self._look("stage")

        def apply() -> None:
            stage = next(one for one in self.stages("") if one.id == stage_id)
            self.standing[application_id] = replace(self.standing[application_id], stage=stage.name, prospect=False)
            self.moves.append((application_id, stage_id))

        self._write(apply)


@dataclass
class World:
    """One employer's requisition with a commitment in force, and scouts that have left."""

    work: Work
    ats: Any
    connection: Connection
    manager: Staff
    recruiter: Staff
    requisition: Requisition
    calibration: Calibration
    commitment: Commitment
    batch: Batch
    handlers: dict[str, str | Handler] = field(default_factory=dict)
    scouts: int = 0

    @property
    def clock(self) -> SettableClock:
        assert isinstance(self.work.clock, SettableClock)
        return self.work.clock

    def scout(self, *, committed: bool = True, profile_id: str = "", state: str = "sent", **identity: Any) -> Scout:
        """A new person, and the letter that left to them."""
        self.scouts += 1
        number = self.scouts
        profile_id = profile_id or f"u{self.connection.key:03}{number:03}"
        facts: dict[str, Any] = {
            "name": f"山田 {number}郎",
            "email": f"person{number}.{self.connection.key}@example.com",
            "company": "例示商事",
            **identity,
        }
        person = Identity(**facts)
        with self.work.writing() as session:
            add_profiles(
                session,
                self.work.vault,
                self.connection.employer_id,
                [
                    Person(
                        profile=JudgedProfile(id=profile_id, text="Pythonで開発"),
                        identity=person,
                        language="ja",
                        contact_basis="agency_registrant",
                        source="import",
                    )
                ],
            )
            scout = Scout(
                employer_id=self.connection.employer_id,
                connection_id=self.connection.key,
                requisition_id=self.requisition.key,
                calibration_id=self.calibration.key,
                batch_id=self.batch.key,
                commitment_id=self.commitment.key if committed else None,
                profile_id=profile_id,
                profile_revision=1,
                score=82,
                arm="committed" if committed else "standard",
                language="ja",
                state="refused" if state == "bounced" else state,
                reply_token=f"token{self.connection.key}x{number}",
                reply_deadline=self.commitment.reply_deadline if committed else None,
                sent_at=self.clock.now() if state in ("sent", "bounced") else None,
                created_at=self.clock.now(),
            )
            session.add(scout)
        return scout

    def reply(
        self, scout: Scout, words: str = "ぜひ一度お話を伺えればと存じます。", at: datetime | None = None
    ) -> Reply:
        with self.work.writing() as session:
            reply = Reply(
                employer_id=scout.employer_id,
                connection_id=scout.connection_id,
                scout_id=scout.key,
                intent="interested",
                state="decided",
                person=scout.profile_id,
                sealed_text=self.work.vault.seal_for(session, scout.employer_id, scout.profile_id, words),
                received_at=at or self.clock.now(),
                created_at=self.clock.now(),
            )
            session.add(reply)
        return reply

    def yes(self, scout: Scout, at: datetime | None = None) -> Entry:
        """A yes arrives (received `at`, now if not given) and is understood."""
        reply = self.reply(scout, at=at)
        with self.work.writing() as session:
            return accept_yes(
                session,
                self.work.vault,
                connection=self.connection,
                scout=session.get_one(Scout, scout.key),
                reply_id=reply.key,
                received_at=reply.received_at,
                now=self.clock.now(),
            )

    def work_all(self, patience: int = 30) -> None:
        """Work until nothing is owed, moving the clock over waits of up to an hour."""
        worker = Worker(self.work, {**HANDLERS, **self.handlers})
        for _ in range(patience):
            worker.run_due()
            with self.work.reading() as session:
                due = session.exec(select(Job.due).where(col(Job.state) == "owed").order_by(col(Job.due))).first()
            if due is None or due - self.clock.now() > timedelta(hours=1):
                return
            self.clock.move(max(timedelta(), due - self.clock.now()) + timedelta(milliseconds=1))
        raise AssertionError("work is still owed")

    def tick(self) -> None:
        """One tick of the promise clock, and everything it owes."""
        from plugin.work.jobs import owe

        with self.work.writing() as session:
            stamp = self.clock.now().isoformat()
            owe(session, "promise_clock", f"test:{stamp}", employer_id=self.connection.employer_id)
        self.work_all()

    def set_status(self, status: str, *, in_ats_only: bool = False) -> None:
        """Open or close the requisition, in the ATS and (as intake would) in our row with its hooks."""
        from plugin.pipeline.holding import requisition_closed, requisition_opened

        self.ats.status[self.requisition.ats_id] = RequisitionStatus(status)
        if in_ats_only:
            return
        with self.work.writing() as session:
            row = session.get_one(Requisition, self.requisition.key)
            before, row.status, row.read_at = row.status, status, self.clock.now()
            session.add(row)
            if status == "open" and before != "open":
                requisition_opened(session, row)
            elif status == "closed" and before != "closed":
                requisition_closed(session, row)

    def entry(self, scout: Scout) -> Entry:
        with self.work.reading() as session:
            return session.exec(select(Entry).where(col(Entry.scout_id) == scout.key)).one()

    def said(self, entry: Entry) -> str:
        """What the ATS or a colleague said of an entry."""
        with self.work.reading() as session:
            return words_of(session, self.work.vault, entry)

    def promise(self, scout: Scout) -> Promise | None:
        with self.work.reading() as session:
            return session.exec(select(Promise).where(col(Promise.scout_id) == scout.key)).first()

    def tasks(self, kind: str = "", state: str = "open") -> list[Task]:
        with self.work.reading() as session:
            query = select(Task).where(col(Task.employer_id) == self.connection.employer_id, col(Task.state) == state)
            found = session.exec(query).all()
        return [task for task in found if kind in ("", task.kind)]

    def mails(self, kind: str = "") -> list[Mail]:
        with self.work.reading() as session:
            found = session.exec(
                select(Mail).where(col(Mail.employer_id) == self.connection.employer_id).order_by(col(Mail.id))
            ).all()
        return [mail for mail in found if kind in ("", mail.kind)]

    def text_of(self, mail: Mail) -> str:
        """Subject and text of a posted mail."""
        from email import message_from_bytes
        from email.policy import default

        from plugin.scouting.post import raw_of

        with self.work.reading() as session:
            message = message_from_bytes(raw_of(session, self.work.vault, mail), policy=default)
        body = message.get_body(("plain",))
        assert body is not None
        return f"{message['Subject']}\n{body.get_content()}"

    def events(self, subject: str) -> list[Event]:
        with self.work.reading() as session:
            return list(
                session.exec(
                    select(Event)
                    .where(col(Event.employer_id) == self.connection.employer_id, col(Event.subject) == subject)
                    .order_by(col(Event.id))
                )
            )

    def open_jobs(self) -> list[Job]:
        with self.work.reading() as session:
            return list(session.exec(select(Job).where(col(Job.state) != "done")))


def _nothing(work: Work, claim: Any) -> None:
    """Stands for a job of another area; these tests are not about it."""


QUIET: dict[str, str | Handler] = dict.fromkeys(
    ("send_mail", "apply_profiles", "read_requisition", "prepare_batch", "post_message"), _nothing
)


class QuietDesk:
    """A judgement that remembers nobody: these tests put people on the shortlist, or give `judged` what it says."""

    def __init__(self) -> None:
        self.judged: dict[str, Any] = {}

    def evidence(self, requirement: Any, guidance: Any, ids: Sequence[str], *, reference_date: date) -> list[Any]:
        return [self.judged[id] for id in ids if id in self.judged]


def build_world(
    work: Work,
    connection: Connection,
    ats: Any,
    *,
    ats_id: str = "4001",
    manager_ats_id: str = "4000000102",
    **terms: Any,
) -> World:
    """Rows as alignment and scouting would have left them: a calibration, a commitment in force, a batch sent."""
    now = work.clock.now()
    desk = QuietDesk()
    work.judge = lambda employer_id: desk
    shared: dict[str, Any] = {"employer_id": connection.employer_id, "created_at": now}
    with work.writing() as session:

        def add(row: Any) -> Any:
            session.add(row)
            session.flush()
            return row

        manager = add(
            Staff(
                **shared,
                connection_id=connection.key,
                ats_id=manager_ats_id,
                name="鈴木 健一",
                email="kenichi.suzuki@example.com",
                locale="ja",
            )
        )
        recruiter = add(
            Staff(
                **shared,
                connection_id=connection.key,
                ats_id="4000000101",
                name="佐藤 美咲",
                email="misaki.sato@example.com",
                locale="ja",
            )
        )
        requisition = add(
            Requisition(
                **shared,
                connection_id=connection.key,
                ats_id=ats_id,
                title="バックエンドエンジニア",
                status="open",
                manager_id=manager.key,
                recruiter_id=recruiter.key,
                read_at=now,
            )
        )
        requirement = add(
            RequirementRow(
                **shared,
                requisition_id=requisition.key,
                hash="r1",
                parser_version=1,
                text="",
                parsed=Requirement(language="ja").to_json(),
            )
        )
        calibration = add(
            Calibration(
                **shared,
                requisition_id=requisition.key,
                requirement_id=requirement.key,
                short_id="C-1",
                requirement_hash="r1",
                guidance_hash="g1",
                state="done",
                score_version="1-test",
            )
        )
        commitment = add(
            Commitment(
                **{
                    **shared,
                    "requisition_id": requisition.key,
                    "calibration_id": calibration.key,
                    "manager_id": manager.key,
                    "line": 75,
                    "inclusive": True,
                    "kind": "interview",
                    "selection": True,
                    "screening": "none",
                    "interviewer_title": "開発部長",
                    "days": 5,
                    "reply_deadline": date(2026, 12, 4),
                    "zone": "Asia/Tokyo",
                    "max_people": 20,
                    "format": "online",
                    "minutes": 45,
                    "requirement_hash": "r1",
                    "guidance_hash": "g1",
                    "score_version": "1-test",
                    "strength": "verified",
                    "how": "acting_link",
                    "state": "in_force",
                    "proposed_at": now,
                    "in_force_at": now,
                    **terms,
                }
            )
        )
        batch = add(
            Batch(
                **shared,
                requisition_id=requisition.key,
                calibration_id=calibration.key,
                commitment_id=commitment.key,
                state="sending",
            )
        )
    if isinstance(ats, MemoryAts):
        ats.status[ats_id] = RequisitionStatus.OPEN
    return World(work, ats, connection, manager, recruiter, requisition, calibration, commitment, batch, dict(QUIET))


@pytest.fixture
def new_memory_ats(clock: SettableClock) -> Callable[[], MemoryAts]:
    return lambda: MemoryAts(clock)


@pytest.fixture
def new_world(
    work: Work, new_employer: Any, new_connection: Any, vault: Any, policy: Any, database: Database
) -> Callable[..., World]:
    """`new_world(**terms)`: a fresh employer with an ATS that remembers, in the test's database."""
    made: list[int] = []
    atses: dict[int, MemoryAts] = {}
    work.ats = lambda connection: atses[connection.key]
    # Longer than the second this ATS may be late by, as an installation's is longer than its vendor's.
    work.settings = work.settings.model_copy(update={"settle_seconds": 2.0})

    def make(*, entry_kind: str = "application", entry_stage: str = "", **terms: Any) -> World:
        made.append(1)
        employer = new_employer(database, f"株式会社みほん{len(made)}")
        settings = policy.model_copy(update={"entry_kind": entry_kind, "entry_stage": entry_stage})
        connection = new_connection(database, vault, employer, url_key=f"world{len(made)}", policy=settings)
        assert isinstance(work.clock, SettableClock)
        atses[connection.key] = MemoryAts(work.clock)
        return build_world(work, connection, atses[connection.key], **terms)

    return make


@pytest.fixture
def world(new_world: Callable[..., World]) -> World:
    return new_world()


@pytest.fixture
def shortlisted() -> Callable[[World, Scout], None]:
    """Put a scouted person on the shortlist, with evidence."""

    def put(world: World, scout: Scout) -> None:
        row = {
            "unit": "python",
            "label_ja": "Python",
            "label_en": "Python",
            "status": "met",
            "points": 30.0,
            "maximum": 30.0,
            "description": None,
            "profile": {"words": "Pythonで開発", "start": 0, "end": 9},
            "inferred": False,
        }
        evidence = [{"name": "must", "points": 30.0, "maximum": 30.0, "rows": [row]}]
        with world.work.writing() as session:
            session.add(
                ShortlistEntry(
                    employer_id=scout.employer_id,
                    created_at=world.clock.now(),
                    calibration_id=scout.calibration_id,
                    rank=1,
                    label="A-01",
                    profile_id=scout.profile_id,
                    profile_revision=1,
                    score=scout.score,
                    evidence=evidence,
                    sealed_evidence=world.work.vault.seal_for(session, scout.employer_id, scout.profile_id, evidence),
                    evidence_hash="e1",
                )
            )

    return put


@pytest.fixture
def in_tokyo() -> Callable[..., datetime]:
    """`in_tokyo(2026, 12, 25, 10)`: a moment in Tokyo as aware UTC."""
    from zoneinfo import ZoneInfo

    def make(*parts: int) -> datetime:
        return datetime(*parts, tzinfo=ZoneInfo("Asia/Tokyo")).astimezone(UTC)  # type: ignore[misc, arg-type]

    return make


@pytest.fixture
def sandbox_world(work: Work, sandbox: Any, sandbox_connection: Connection) -> Iterator[World]:
    """The same world around a requisition in the running sandbox ATS, spoken to by the Greenhouse connector."""
    import requests

    made = requests.post(
        f"{sandbox.url}/sandbox/requisitions",
        json={"name": "バックエンドエンジニア", "status": "open", "manager_id": 4000000102, "recruiter_id": 4000000101},
        timeout=5,
    )
    made.raise_for_status()
    requests.delete(f"{sandbox.url}/sandbox/writes", timeout=5).raise_for_status()
    yield build_world(work, sandbox_connection, sandbox, ats_id=str(made.json()["id"]))
