"""What must hold when the year is over: each rule asked of the product, the ATS and the mail server, against the truth."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from plugin.connections import policy_of
from plugin.rows import Calibration, Commitment, Entry, Job, Mail, Promise, Reply, Scout, Task
from plugin.year import calendar
from plugin.year.hands import THREADS
from plugin.year.mail_server import fate_of
from plugin.year.truth import Letter, Yes

if TYPE_CHECKING:
    from plugin.year.simulation import Year

FATIGUE = timedelta(days=30)
FROM_HOUR, TO_HOUR = 9, 19
LAST_DAYS = 3
Wrong = Iterator[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule: over how many cases it was asked, and the cases that broke it."""

    rule: str
    asked: int
    wrong: tuple[str, ...]


class Court:
    """The year's rows, read once, and the rules asked of them."""

    def __init__(self, year: Year) -> None:
        self._year, self._truth, self._town = year, year.truth, year.town
        with year.town.work.reading() as session:
            self._mails = list(session.exec(select(Mail)).all())
            self._scouts = {row.key: row for row in session.exec(select(Scout)).all()}
            self._entries = list(session.exec(select(Entry)).all())
            self._promises = {row.scout_id: row for row in session.exec(select(Promise)).all()}
            self._replies = list(session.exec(select(Reply)).all())
            self._tasks = list(session.exec(select(Task)).all())
            self._commitments = {row.key: row for row in session.exec(select(Commitment)).all()}
            self._short_ids = dict(session.exec(select(Calibration.id, Calibration.short_id)).all())
            self._jobs = session.exec(
                select(Job.kind, Job.state, Job.error, Job.due).where(col(Job.state) != "done")
            ).all()
        self._letters = list(self._truth.letters.values())
        self._kept = year.town.mails(0)

    def sit(self, only: str = "") -> list[Verdict]:
        """Every verdict, in the order a reader cares about; `only` that of one rule."""
        rules: tuple[tuple[str, int, Callable[[], Wrong]], ...] = (
            ("no Message-ID twice at the mail server", len(self._kept), self._twice),
            ("no yes lost, none doubled, none invented", len(self._truth.yeses), self._yeses),
            ("every answer was read once", len(self._truth.answers), self._answers),
            ("in the ATS one candidate, one application, one note each", len(self._entries), self._in_ats),
            ("what nobody knows is bounded, and rows agree with the mail server", len(self._mails), self._unknown),
            ("every promise has its date and came to its right end", len(self._promises), self._promises_end),
            ("no mail after an opt-out or a dead address", len(self._truth.opted_out), self._silence),
            ("no promise in a letter outside a commitment in force", len(self._letters), self._covered),
            ("caps, one letter a requisition and person, thirty days between", len(self._letters), self._caps),
            ("no letter at night, on weekends, holidays, closures; never faster than the pace", len(self._letters), self._hours),
            ("no work is left over or was set aside", len(self._jobs), self._work),
            ("the ledger verifies", len(self._promises), self._ledger),
        )  # fmt: skip
        return [Verdict(rule, asked, tuple(ask())) for rule, asked, ask in rules if only in ("", rule)]

    # Mail out.

    def _twice(self) -> Wrong:
        counted = Counter(mail.message_id for mail in self._kept)
        for message_id, times in counted.items():
            if times > 1:
                yield f"{message_id} {times} times"

    def _unknown(self) -> Wrong:
        server = self._town.mail_server
        taken = server.taken
        unknown = [mail for mail in self._mails if mail.state == "unknown"]
        asked = {task.subject_id for task in self._tasks if task.kind == "unknown_mail"}
        for mail in self._mails:
            if mail.state == "sent" and not taken[mail.message_id]:
                yield f"mail {mail.key} ({mail.kind}) is sent here and unknown to the server"
            elif mail.state in ("refused", "held") and taken[mail.message_id]:
                yield f"mail {mail.key} ({mail.kind}) is {mail.state} here and was taken by the server"
            elif mail.state in ("queued", "sending"):
                yield f"mail {mail.key} ({mail.kind}) is still {mail.state}"
        for mail in unknown:
            if mail.message_id not in server.silent:
                yield f"mail {mail.key} is unknown though its sender was answered"
            if mail.key not in asked:
                yield f"mail {mail.key} is unknown and before nobody"
        bound = server.told["hung up"] + self._town.hands.deaths * THREADS
        if len(unknown) > bound:
            yield f"{len(unknown)} unknown, more than {bound}"

    def _silence(self) -> Wrong:
        for mail in self._kept:
            since = self._truth.opted_out.get(mail.recipient)
            if since is not None and mail.received_at > since:
                yield f"{mail.message_id} ({mail.header('Subject')}) {mail.received_at - since} after an opt-out"
        for letter in self._letters:
            since = self._truth.dead.get(letter.address)
            if since is not None and letter.kept.received_at > since:
                yield f"{letter.kept.message_id} to an address known to be dead"
            if fate_of(letter.address, self._year.size.seed) == "refused":
                yield f"{letter.kept.message_id} to an address the server refuses"

    def _covered(self) -> Wrong:
        decisions = self._year.managers.decisions
        mails = {mail.message_id: mail for mail in self._mails}
        for letter in self._letters:
            row, scout = mails[letter.kept.message_id], self._scouts[letter.scout_id]
            commitment = self._commitments.get(letter.commitment_id or 0)
            if not letter.committed or commitment is None:
                yield f"letter {row.key} carries no commitment"
                continue
            decided = (self._short_ids.get(commitment.calibration_id, ""), commitment.line, commitment.days)
            if decided not in decisions.get(letter.requisition, []):
                yield f"letter {row.key}: its manager never decided {decided}"
            at = row.attempted_at or row.created_at
            if commitment.in_force_at is None or at < commitment.in_force_at:
                yield f"letter {row.key} left before its commitment was in force"
            elif commitment.ended_at is not None and at > commitment.ended_at:
                yield f"letter {row.key} left {at - commitment.ended_at} after its commitment ended ({commitment.end_reason})"
            if scout.score < commitment.line:
                yield f"letter {row.key}: score {scout.score} below the line {commitment.line}"
            day = calendar.day_of(letter.kept.received_at)
            if letter.deadline is not None and day > letter.deadline - timedelta(days=LAST_DAYS):
                yield f"letter {row.key} left in the last days before {letter.deadline}"
            if not self._year.requisition(letter.requisition).open_at(letter.kept.received_at):
                yield f"letter {row.key} left while requisition {letter.requisition} was not open"

    def _caps(self) -> Wrong:
        people: Counter[int] = Counter(letter.commitment_id or 0 for letter in self._letters)
        for id, count in people.items():
            commitment = self._commitments.get(id)
            if commitment is not None and count > commitment.max_people:
                yield f"commitment {id}: {count} letters, {commitment.max_people} allowed"
        by_person: dict[str, list[Letter]] = defaultdict(list)
        for letter in self._letters:
            by_person[letter.address].append(letter)
        for letters in by_person.values():
            letters.sort(key=lambda letter: letter.kept.received_at)
            for first, second in pairwise(letters):
                if first.requisition == second.requisition:
                    yield f"two letters to one person about requisition {first.requisition}"
                elif second.kept.received_at - first.kept.received_at < FATIGUE:
                    yield f"scouts {first.scout_id} and {second.scout_id}: one person, less than thirty days"

    def _hours(self) -> Wrong:
        pace = timedelta(seconds=60 / policy_of(self._town.connection).per_minute)
        before: datetime | None = None
        for letter in sorted(self._letters, key=lambda letter: letter.kept.received_at):
            at = letter.kept.received_at
            local = at.astimezone(calendar.TOKYO)
            if not calendar.works(local.date()) or not FROM_HOUR <= local.hour < TO_HOUR:
                yield f"letter {letter.scout_id} left on {local:%a %Y-%m-%d %H:%M}"
            # The pace is kept where letters are marked; the way to the server takes its real moment.
            if before is not None and at - before < pace - timedelta(seconds=2):
                yield f"letter {letter.scout_id} left {(at - before).total_seconds():.1f} s after the one before"
            before = at

    # What came back.

    def _yeses(self) -> Wrong:
        there: dict[int, list[Entry]] = defaultdict(list)
        for entry in self._entries:
            there[entry.scout_id].append(entry)
        open_tasks = {(task.subject, task.subject_id) for task in self._tasks if task.state == "open"}
        for scout_id in self._truth.yeses:
            found = there.get(scout_id, [])
            if len(found) != 1:
                yield f"scout {scout_id}: {len(found)} entries for its yes"
            elif found[0].state == "owed":
                yield f"scout {scout_id}: its entry is still owed"
            elif found[0].state in ("holding", "deciding") and ("entry", found[0].key) not in open_tasks:
                yield f"scout {scout_id}: its entry is {found[0].state} and before nobody"
        for scout_id in there.keys() - self._truth.yeses.keys():
            yield f"scout {scout_id}: an entry without a yes"

    def _answers(self) -> Wrong:
        for answer in self._truth.answers.values():
            if answer.read != 1:
                yield f"{answer.kind} to scout {answer.letter.scout_id}: read {answer.read} times"
        decided = {
            reply.scout_id for reply in self._replies if reply.intent == "interested" and reply.state == "decided"
        }
        for scout_id in decided - self._truth.yeses.keys():
            yield f"scout {scout_id}: a reply was taken for a yes that was none"

    def _in_ats(self) -> Wrong:
        store = self._town.sandbox.store
        addresses = Counter(one["value"].lower() for row in store.rows("candidates") for one in row["email_addresses"])
        yield from (f"{times} candidates have one address" for times in addresses.values() if times > 1)
        applications = Counter((row["candidate_id"], row["job_id"]) for row in store.rows("applications"))
        yield from (f"application {pair} {times} times" for pair, times in applications.items() if times > 1)
        notes = Counter((row["candidate_id"], row["body"]) for row in store.rows("notes"))
        yield from (f"the same note {times} times on {who}" for (who, _), times in notes.items() if times > 1)
        posted = Counter((row["job_id"], row["body"]) for row in store.rows("job_notes"))
        yield from (f"the same note {times} times on job {job}" for (job, _), times in posted.items() if times > 1)
        there = {str(row["id"]): row for row in store.rows("applications")}
        for entry in self._entries:
            if entry.state != "entered":
                continue
            row = there.get(entry.ats_application_id)
            yes = self._truth.yeses.get(entry.scout_id)
            if row is None:
                yield f"entry {entry.key} is entered and not in the ATS"
            elif yes is not None and row["job_id"] != yes.letter.requisition:
                yield f"entry {entry.key} stands on another requisition"

    # Promises.

    def _promises_end(self) -> Wrong:
        for scout_id, yes in self._truth.yeses.items():
            promise = self._promises.get(scout_id)
            if promise is None:
                if yes.promised:
                    yield f"scout {scout_id}: its yes made no promise"
                continue
            if not yes.promised:
                yield f"promise {promise.key}: made by a yes after the deadline"
            elif promise.due_date != yes.due:
                yield f"promise {promise.key}: due {promise.due_date}, the wall calendar says {yes.due}"
            elif (right := right_end(yes)) != promise.state:
                yield f"promise {promise.key} (due {yes.due}): {promise.state}, should be {right}; {_meetings(yes)}"
        for scout_id in self._promises.keys() - self._truth.yeses.keys():
            yield f"scout {scout_id}: a promise without a yes"

    def _ledger(self) -> Wrong:
        settings = self._town.work.settings
        done = subprocess.run(
            [sys.executable, "-P", "-m", "plugin.cli", "ledger", "verify"],
            env=self._town.environment(),
            cwd=settings.data_folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            yield (done.stdout + done.stderr).strip()[-600:]

    # Work.

    def _work(self) -> Wrong:
        now = self._year.now
        for kind, state, error, due in self._jobs:
            if state == "parked":
                yield f"{kind} was set aside: {error}"
            elif due is not None and due < now - timedelta(hours=1):
                yield f"{kind} is owed since {due}: {error}"


def right_end(yes: Yes) -> str:
    """How a promise has to end by what happened."""
    assert yes.due is not None
    if yes.waived:
        return "waived"  # the recruiter waived what was open, and took its meetings off
    end = calendar.last_second(yes.due)
    kept = any(m.taken_off_at is None and m.starts_at <= end and m.interviewer == yes.keeper for m in yes.meetings)
    return "kept" if kept else "broken"


def _meetings(yes: Yes) -> list[Any]:
    return [(f"{m.starts_at:%m-%d %H:%M}Z", m.interviewer == yes.keeper, m.taken_off_at) for m in yes.meetings]
