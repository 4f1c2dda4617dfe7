"""`kakuyaku story`: the whole loop once, without a browser, over real HTTP, SMTP and job queue.

Reads as the loop does: a requisition is created in the ATS, its shortlist stands there, the manager approves a line
there, scouts carry that promise, a yes becomes an entry, the clock runs until the promise is kept. Every step looks at
the outside (ATS, mailbox), not at our own rows, wherever it can; the first broken one ends the story.
"""

from __future__ import annotations

import json
import smtplib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
from sqlmodel import Session, col, select

from connectors.base import Connector
from connectors.registry import CONNECTORS
from connectors.sandbox.kit import There
from connectors.sandbox.standins import STANDINS
from plugin.connections import policy_of
from plugin.demo.browser import Browser, acting_links
from plugin.demo.desk_there import DeskThere
from plugin.demo.postbox import Kept, answer_to
from plugin.demo.postpages import YES_EN, YES_JA
from plugin.demo.stage import demo_description
from plugin.demo.world import World, open_world
from plugin.i18n import LOCALES, say_date
from plugin.logs import set_up_logs
from plugin.pipeline import ledger
from plugin.rows import (
    Batch,
    Calibration,
    Commitment,
    Job,
    Mail,
    Promise,
    Reply,
    RequirementRow,
    Requisition,
    Scout,
    ShortlistEntry,
)
from plugin.scouting.batches import release
from plugin.settings import alone
from ranking.requirement import plain_text, read_requirement
from ranking.values import Requirement

PLAYABLE = tuple(sorted([*STANDINS, DeskThere.name]))
"""The ATSs a story can be told on."""

START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Tokyo, the day after a holiday


PROMPT = 3.0
"""Real seconds after which a step is no longer waited for with the clock standing still."""


class Broken(Exception):
    """A step of the story did not happen. The message says which and what was there instead."""


@dataclass
class Told:
    """What the story collects for `--json`."""

    requisition: dict[str, Any] = field(default_factory=dict)
    requirement: dict[str, Any] = field(default_factory=dict)
    shortlist: list[dict[str, Any]] = field(default_factory=list)
    ats: dict[str, Any] = field(default_factory=dict)
    commitment: dict[str, Any] = field(default_factory=dict)
    mails: list[str] = field(default_factory=list)
    reply: dict[str, Any] = field(default_factory=dict)
    entry: dict[str, Any] = field(default_factory=dict)
    promise: dict[str, Any] = field(default_factory=dict)


class Story:
    """One telling. `say` prints a step as it is done."""

    def __init__(self, world: World, say: Any) -> None:
        self.world, self.say, self.told = world, say, Told()
        self.patience = 30.0  # real seconds a step may take
        # Real seconds before the clock is moved: an ATS that applies a write late does so in real time, and the wait
        # for such a write to settle must not be skipped by moving ours.
        self.breath = 0.0
        self.ats_id = ""
        self.requisition_id = 0

    def tell(self, description: str, title: str) -> Told:
        """Run every step in order; raise `Broken` at the first that did not happen."""
        self.create_requisition(description, title)
        self.see_shortlist_in_ats()
        self.approve_in_ats()
        self.release_batch()
        scout = self.read_scouts()
        self.answer_yes(scout)
        self.see_entry_in_ats()
        self.keep_promise()
        return self.told

    # The steps.

    def create_requisition(self, description: str, title: str) -> None:
        self.ats_id = self.world.there.create_requisition(title=title, description=description)
        self.told.requisition = {"id": self.ats_id, "title": title}
        self.say("requisition", f"created in {self.world.there.title}: {title} (id {self.ats_id})")

    def see_shortlist_in_ats(self) -> None:
        # What is asked comes after the note: the manager decides on what both say.
        shows = self._connector().supports("post_shortlist")
        if self.world.there.can_decide:
            self._settle_until(
                "the shortlist and the request for approval stand in the ATS", lambda: bool(self._there().asked)
            )
        elif shows:
            self._settle_until("the shortlist stands in the ATS", lambda: bool(self._there().notes))
        self._settle_until("the manager is told by mail", lambda: bool(self._mails_to(self.world.there.manager.email)))
        there = self._there()
        with self.world.work.reading() as session:
            row = session.exec(
                select(Requisition).where(
                    col(Requisition.connection_id) == self.world.connection.key, col(Requisition.ats_id) == self.ats_id
                )
            ).one()
            self.requisition_id = row.key
            calibration = self._calibration(session)
            requirement = session.get(RequirementRow, calibration.requirement_id)
            entries = session.exec(
                select(ShortlistEntry)
                .where(col(ShortlistEntry.calibration_id) == calibration.key)
                .order_by(col(ShortlistEntry.rank))
            ).all()
            self.told.requirement = dict(requirement.parsed) if requirement else {}
            self.told.shortlist = [
                {
                    "id": entry.profile_id,
                    "score": entry.score,
                    "dimensions": {d["name"]: d["points"] for d in entry.evidence},
                    "evidence": self.world.work.vault.open_for(
                        session, entry.employer_id, entry.profile_id, entry.sealed_evidence
                    )
                    if entry.sealed_evidence
                    else entry.evidence,
                }
                for entry in entries
            ]
            short_id, proposed = calibration.short_id, calibration.proposed_line
        self._must(len(self.told.shortlist) == 20, "the shortlist has 20 entries", len(self.told.shortlist))
        note = next((note for note in there.notes if "A-01" in note), "")
        if shows:
            self._must(short_id in note, f"the note in the ATS carries calibration {short_id}", there.notes)
        self.told.ats = {"note": note, "asked": there.asked}
        scores = [entry["score"] for entry in self.told.shortlist]
        self.say(
            "shortlist",
            f"20 of {self._universe()} {'in the ATS' if shows else 'on our page'},"
            f" scores {max(scores)}–{min(scores)}, line proposed {proposed}",
        )

    def approve_in_ats(self) -> None:
        scores = sorted((entry["score"] for entry in self.told.shortlist), reverse=True)
        line = scores[len(scores) // 2]
        there, strength = self.world.there, self.world.approval.strength
        if there.can_decide:
            there.decide(self.ats_id, "approve", str(line), days="5")
        else:
            self._approve_by_link(line)
        self._settle_until("the decision has reached us", lambda: self._commitment() is not None)
        self._settle_until("the manager has a receipt in the mailbox", lambda: self._receipts() > 0)
        words = {
            "verified": f"the manager approved {line} in {there.title}, which says who acted; receipt mailed",
            "recorded": f"the manager approved {line} in {there.title}; receipt mailed; grace period runs",
            "acting_link": f"{there.title} has no place for it: the manager approved {line} by the acting link",
        }
        self.say("decision", words[strength])
        self._move_until(
            "the commitment is in force",
            lambda: (found := self._commitment()) is not None and found.state == "in_force",
            timedelta(seconds=5),
            timedelta(minutes=5),
        )
        commitment = self._commitment()
        if commitment is None:
            raise Broken("the commitment disappeared")
        self.told.commitment = commitment.model_dump(mode="json")
        self.say("commitment", f"in force: {commitment.days} business days, reply by {commitment.reply_deadline}")

    def release_batch(self) -> None:
        self._settle_until("a batch waits for the recruiter's release", lambda: self._batch("drafted") is not None)
        with self.world.work.writing() as session:
            batch = self._batch("drafted")
            if batch is None:
                raise Broken("the batch that waited is gone")
            release(session, session.merge(batch), "recruiter")
        self.say("batch", "released by the recruiter; recall window runs")

    def read_scouts(self) -> Kept:
        self._move_until(
            "scouts have arrived",
            lambda: self._unsent() == 0 and bool(self._scouts()),
            timedelta(seconds=5),
            timedelta(minutes=10),
        )
        scouts = self._scouts()
        self.told.mails = [mail.raw.decode("utf-8", "surrogateescape") for mail in scouts]
        for mail in scouts:
            promises = "お約束" in mail.text or "promise" in mail.text.lower()
            self._must(promises, "a scout under the commitment carries the promise", mail.text[:300])
            self._must(mail.message["List-Unsubscribe-Post"] is not None, "a scout can be refused in one click", "")
        languages = sorted({"ja" if _japanese(mail.text) else "en" for mail in scouts})
        self.say(
            "scouts", f"{len(scouts)} sent by SMTP ({', '.join(languages)}), each with the promise and a way to refuse"
        )
        return scouts[0]

    def receive(self, scout: Kept, text: str) -> None:
        """Somebody answers their letter."""
        self._send(answer_to(scout, text).as_bytes(), str(scout.message["To"]), str(scout.message["Reply-To"]))
        self.world.settle()

    def answer_yes(self, scout: Kept) -> None:
        text = YES_JA if _japanese(scout.text) else YES_EN
        self._send(answer_to(scout, text).as_bytes(), str(scout.message["To"]), str(scout.message["Reply-To"]))
        self._settle_until("the reply is read", lambda: self._reply() is not None)
        reply = self._reply()
        self._must(reply is not None and reply.intent == "interested", "the reply is read as a yes", reply)
        self.told.reply = {
            "intent": reply.intent if reply else "",
            "text": text,
            "matched": reply.matched if reply else "",
        }
        self.say("reply", f"a yes came back by mail: {text}")

    def see_entry_in_ats(self) -> None:
        self._settle_until("the person stands in the ATS pipeline", lambda: bool(self._there().entries))
        self._settle_until(
            "the entry carries a note with score and evidence", lambda: bool(self._there().entries[0].notes)
        )
        entry = self._there().entries[0]
        notes = "\n".join(entry.notes)
        with self.world.work.reading() as session:
            promise = session.exec(select(Promise).where(col(Promise.requisition_id) == self.requisition_id)).first()
        if promise is None:
            raise Broken("a yes to a committed scout made no promise")
        said = [say_date(promise.due_date, locale) for locale in LOCALES]
        self._must(any(date in notes for date in said), "the note in the ATS names the due date", notes[:400])
        self.told.entry = asdict(entry)
        self.told.promise = {"due": promise.due_date.isoformat(), "computed": promise.computed, "state": promise.state}
        self.say("entry", f"in the ATS at stage “{entry.stage}”, promise due {promise.due_date}")

    def keep_promise(self) -> None:
        there = self.world.there
        application = self._there().entries[0].application_id
        if not self._connector().supports("interviews"):
            self._say_held()
            return
        made = there.plan_interview(application, self.world.clock.now() + timedelta(days=1))
        self._sweep_until("the interview is seen", lambda: self._promise_state() == "scheduled")
        self._move(timedelta(days=1, hours=2))
        there.set_interview(made, "complete")
        self._sweep_until("the promise is kept", lambda: self._promise_state() == "kept")
        self.told.promise["state"] = "kept"
        self.say("promise", "interview held in time: kept")

    def _say_held(self) -> None:
        """A colleague records on the promise's page that the meeting took place: this ATS shows no meetings."""
        self._move(timedelta(days=1, hours=2))
        with self.world.work.writing() as session:
            promise = session.exec(select(Promise).where(col(Promise.requisition_id) == self.requisition_id)).one()
            ledger.say_held(session, promise, self.world.clock.now() - timedelta(hours=1), by="recruiter")
        self._must(self._promise_state() == "kept", "what a colleague recorded is kept", self._promise_state())
        self.told.promise["state"] = "kept"
        self.say(
            "promise", f"interview held in time, as a colleague recorded ({self.world.there.title} shows none): kept"
        )

    # What the steps look at.

    def _there(self) -> There:
        return self.world.there.there(self.ats_id)

    def _connector(self) -> type[Connector]:
        return CONNECTORS[self.world.connection.ats]

    def _approve_by_link(self, line: int) -> None:
        """Open the link in the manager's own mailbox and commit on the page behind it, as a browser would."""
        links = [link for mail in self._mails_to(self.world.there.manager.email) for link in acting_links(mail.text)]
        self._must(bool(links), "the manager's mail carries a link that decides", "none")
        browser = Browser(self.world.url)
        page = browser.open(links[-1])
        done = browser.submit(page, {"line": str(line), "days": "5"}, ("answer", "commit"))
        self._must(done.status == 200, "the page takes the decision", f"status {done.status}")

    def _receipts(self) -> int:
        commitment = self._commitment()
        with self.world.work.reading() as session:
            sent = session.exec(
                select(Mail.message_id).where(
                    col(Mail.commitment_id) == (commitment.key if commitment else 0), col(Mail.kind) == "receipt"
                )
            ).all()
        there = {mail.message_id for mail in self._mails_to(self.world.there.manager.email)}
        return len(there & set(sent))

    def _calibration(self, session: Session) -> Calibration:
        return session.exec(
            select(Calibration)
            .where(col(Calibration.requisition_id) == self.requisition_id)
            .order_by(col(Calibration.id).desc())
        ).first() or _missing("a calibration")

    def _universe(self) -> int:
        with self.world.work.reading() as session:
            return self._calibration(session).universe

    def _commitment(self) -> Commitment | None:
        with self.world.work.reading() as session:
            return session.exec(
                select(Commitment)
                .where(col(Commitment.requisition_id) == self.requisition_id)
                .order_by(col(Commitment.id).desc())
            ).first()

    def _batch(self, state: str) -> Batch | None:
        with self.world.work.reading() as session:
            return session.exec(
                select(Batch).where(col(Batch.requisition_id) == self.requisition_id, col(Batch.state) == state)
            ).first()

    def _reply(self) -> Reply | None:
        with self.world.work.reading() as session:
            ours = col(Reply.connection_id) == self.world.connection.key
            return session.exec(select(Reply).where(ours).order_by(col(Reply.id).desc())).first()

    def _promise_state(self) -> str:
        with self.world.work.reading() as session:
            found = session.exec(
                select(Promise.state).where(col(Promise.requisition_id) == self.requisition_id)
            ).first()
            return found or ""

    def _unsent(self) -> int:
        with self.world.work.reading() as session:
            waiting = select(Scout.id).where(
                col(Scout.requisition_id) == self.requisition_id, col(Scout.state).in_(["queued", "sending"])
            )
            return len(session.exec(waiting).all())

    def _mails_to(self, address: str) -> list[Kept]:
        return [mail for mail in self.world.postbox.store.all(recipient=address) if self._ours(mail)]

    def _scouts(self) -> list[Kept]:
        found = self.world.postbox.store.all()
        return [mail for mail in found if mail.message["List-Unsubscribe"] is not None and self._ours(mail)]

    def _ours(self, mail: Kept) -> bool:
        """Whether this connection sent it: several may share the mail server."""
        domain = policy_of(self.world.connection).from_address.rpartition("@")[2]
        return str(mail.message["From"]).rstrip(">").lower().endswith("@" + domain)

    def _send(self, raw: bytes, sender: str, recipient: str) -> None:
        with smtplib.SMTP("127.0.0.1", self.world.postbox.port, timeout=30) as smtp:
            smtp.sendmail(sender, [recipient], raw)

    def _must(self, holds: bool, what: str, there: object) -> None:
        if not holds:
            raise Broken(f"expected that {what}; there was: {there}")

    def _settle_until(self, what: str, holds: Callable[[], bool]) -> None:
        """Work and look. A webhook needs a real moment to cross; what it takes longer for (a retry's back-off, a sweep
        for what never rang) is what the clock is moved for."""
        start = time.monotonic()
        moved = 0
        while True:
            self.world.settle()
            if holds():
                return
            waited = time.monotonic() - start
            if waited > self.patience:
                raise Broken(f"expected that {what} within {self.patience:.0f} s; it did not happen{self._parked()}")
            if waited > PROMPT:
                self._move(timedelta(seconds=30))
                moved += 1
                if moved % 3 == 1:
                    self.world.sweep()
            time.sleep(0.05)

    def _move(self, by: timedelta) -> None:
        time.sleep(self.breath)
        self.world.clock.move(by)

    def _move_until(self, what: str, holds: Callable[[], bool], step: timedelta, at_most: timedelta) -> None:
        """Injected time: move the clock on in steps until it holds."""
        moved = timedelta(0)
        self.world.settle()
        while not holds():
            if moved >= at_most:
                raise Broken(f"expected that {what} within {at_most}; it did not happen{self._parked()}")
            self._move(step)
            moved += step
            self.world.settle()

    def _sweep_until(self, what: str, holds: Callable[[], bool]) -> None:
        for _ in range(10):
            self.world.sweep()
            self.world.settle()
            self.world.tick_promises()
            self.world.settle()
            if holds():
                return
            self._move(timedelta(minutes=5))
        raise Broken(f"expected that {what}; it did not happen{self._parked()}")

    def _parked(self) -> str:
        with self.world.work.reading() as session:
            jobs = session.exec(select(Job).where(col(Job.error) != "")).all()
        return "".join(f"; job {job.kind} {job.state}: {job.error}" for job in jobs[:5])


def _stage_of(ats: str) -> str:
    return "our own desk" if ats == DeskThere.name else f"a stand-in for {CONNECTORS[ats].title}"


def _title_from(read: Requirement) -> str:
    """A requisition always has a name; one whose description states none is called by what it asks for."""
    japanese = read.language == "ja"
    skills = [stated.value.label_ja if japanese else stated.value.label_en for stated in (*read.must, *read.nice)][:2]
    if not skills:
        return "担当者" if japanese else "Specialist"
    return f"{'・'.join(skills)}担当" if japanese else f"{' and '.join(skills)} specialist"


def _missing(what: str) -> Any:
    raise Broken(f"expected {what}; there is none")


def _japanese(text: str) -> bool:
    """Whether a text is Japanese; a name or an address in an English letter does not make it so."""
    return sum("\u3040" <= character <= "\u30ff" for character in text) > len(text) / 10


@contextmanager
def temporary_world(**options: Any) -> Iterator[World]:
    """A world in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="kakuyaku-story-") as folder, open_world(Path(folder), **options) as world:
        yield world


@click.command("story")
@click.option("--jd", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A job description to use.")
@click.option(
    "--lang", type=click.Choice(["ja", "en"]), default="ja", show_default=True, help="Language of manager and ATS."
)
@click.option(
    "--ats", type=click.Choice(PLAYABLE), default="greenhouse", show_default=True, help="Which ATS's protocol."
)
@click.option(
    "--people", type=click.IntRange(100, 100_000), default=2000, show_default=True, help="Profiles to generate."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end instead of the steps.")
def story_command(jd: Path | None, lang: str, ats: str, people: int, as_json: bool) -> None:
    """Run the whole loop once in a temporary folder and print each step."""
    try:
        description = jd.read_text(encoding="utf-8-sig") if jd else demo_description(lang)
    except UnicodeDecodeError:
        raise click.UsageError(f"{jd} is not UTF-8 text; save it as UTF-8 (or paste it into a text file)") from None
    if not description.strip():
        raise click.UsageError(f"{jd} is empty; it must hold a job description")
    read = read_requirement(plain_text(description))
    if not read.parses:
        raise click.UsageError(f"{jd} asks for nothing that can be read: give a description with a title or skills")
    title = read.title.value if read.title else _title_from(read)

    def say(step: str, words: str) -> None:
        if not as_json:
            click.echo(f"  ✓ {step:<12} {words}")

    if not as_json:
        click.echo(f"kakuyaku story: {people:,} invented people, {_stage_of(ats)}, local mail server, a clock we move")
    set_up_logs(alone(log_format="text", log_level="error"))
    try:
        with temporary_world(start=START, locale=lang, people=people, ats=ats) as world:
            told = Story(world, say).tell(description, title)
    except Broken as error:
        click.echo(f"  ✗ {error}", err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(told.__dict__, ensure_ascii=False, indent=2, default=str))
    else:
        click.echo("the promise was made, carried, answered and kept")
