"""`bench replies`: from a yes, received by the mail server, to the person's application in the ATS. Real processes.

The way there is the real one too: requisitions, shortlists, the manager's decisions, released batches, scouts by SMTP.
"""

from __future__ import annotations

import smtplib
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlmodel import col, select

from plugin.bench.databases import Engine, fresh_database
from plugin.bench.installation import Installation, open_installation
from plugin.bench.requisitions import TRADES
from plugin.bench.shortlist import create, run, wait_for
from plugin.bench.tables import spread
from plugin.demo.postbox import Handler, Kept, answer_to
from plugin.demo.postpages import YES_EN, YES_JA
from plugin.demo.sandbox_client import call
from plugin.demo.stage import MANAGER, demo_policy
from plugin.rows import Batch, Delivery, Entry, Job, Reply, Scout
from plugin.scouting.batches import release

LINE = 45
PATIENCE = 240.0


class Noting(Handler):
    """A mail server that notes when each mail was there with its last byte."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.received: dict[str, datetime] = {}

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        for recipient in envelope.rcpt_tos:
            self.received.setdefault(recipient.lower(), datetime.now(UTC))
        return await super().handle_DATA(server, session, envelope)


def measure(
    engine: Engine, *, replies: int, rate: float, people: int, say: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Scout until enough people were written to, then answer yes at a fixed rate; a row for the way and its parts."""
    policy = demo_policy(grace_seconds=0, recall_seconds=0, max_people=40, per_minute=6000, fatigue_days=30)
    with (
        tempfile.TemporaryDirectory(prefix="kakuyaku-bench-") as folder,
        fresh_database(engine) as url,
        open_installation(
            Path(folder),
            database_url=url,
            policy=policy,
            people=people,
            mail_handler=Noting,
        ) as installation,
    ):
        run(installation, say, f"{engine.name}: {people:,} people are read in")
        scouts = _scout(installation, replies, say)
        say(f"{engine.name}: {len(scouts)} people say yes, {rate:g} a second")
        _answer(installation, scouts, rate)
        wait_for(installation, "an entry for each yes", lambda: _entered(installation) >= len(scouts), PATIENCE)
        size = {"database": engine.name, "replies": len(scouts), "rate_per_s": rate}
        return [{**size, "stage": stage, **spread(times)} for stage, times in _times(installation, scouts).items()]


def _scout(installation: Installation, wanted: int, say: Callable[[str], None]) -> list[Kept]:
    """Write to at least `wanted` people by as many requisitions as it takes; the scouts as the mail server has them."""
    for number in range(len(TRADES)):
        ats_id = create(installation, number)
        where = f"/sandbox/requisitions/{ats_id}"
        wait_for(
            installation,
            f"the question on requisition {number}",
            lambda where=where: bool(
                call(installation.sandbox.url, "GET", where)["fields"].get("kakuyaku_calibration")
            ),  # type: ignore[misc]
        )
        choice = {"by": int(MANAGER), "choice": "approve", "line": str(LINE), "days": "5", "meeting": "面接"}
        call(installation.sandbox.url, "POST", f"{where}/decision", choice)
        wait_for(
            installation,
            f"the batch of requisition {number}",
            lambda: _released(installation) or _exhausted(installation),
        )
        wait_for(installation, "the letters", lambda: not _unsent(installation), PATIENCE)
        scouts = [mail for mail in installation.postbox.store.all() if mail.message["List-Unsubscribe"] is not None]
        say(f"requisition {number}: {len(scouts)} scouts arrived so far")
        if len(scouts) >= wanted:
            return scouts[:wanted]
    return scouts


def _released(installation: Installation) -> bool:
    """Release what waits for it, as the recruiter; whether anything did."""
    with installation.work.writing() as session:
        waiting = session.exec(select(Batch).where(col(Batch.state) == "drafted")).all()
        for batch in waiting:
            release(session, batch, "recruiter")
    return bool(waiting)


def _exhausted(installation: Installation) -> bool:
    """Whether the last batch was prepared and had nobody in it who may be written to."""
    with installation.work.reading() as session:
        last = session.exec(select(Job).where(col(Job.kind) == "prepare_batch").order_by(col(Job.id).desc())).first()
        batch = session.exec(select(Batch).order_by(col(Batch.id).desc())).first()
        return last is not None and last.state == "done" and (batch is None or batch.created_at < last.created_at)


def _unsent(installation: Installation) -> bool:
    with installation.work.reading() as session:
        return session.exec(select(Scout.id).where(col(Scout.state).in_(("queued", "sending")))).first() is not None


def _answer(installation: Installation, scouts: list[Kept], rate: float) -> None:
    """Everybody says yes by SMTP, on schedule, whatever becomes of the ones before."""
    threads = []
    start = time.monotonic()
    for number, scout in enumerate(scouts):
        time.sleep(max(0.0, start + number / rate - time.monotonic()))
        thread = threading.Thread(target=_say_yes, args=(installation, scout))
        thread.start()
        threads.append(thread)
    for thread in threads:
        thread.join()


def _say_yes(installation: Installation, scout: Kept) -> None:
    answer = answer_to(scout, YES_JA if "様" in scout.text else YES_EN)
    with smtplib.SMTP("127.0.0.1", installation.postbox.port, timeout=60) as smtp:
        smtp.sendmail(parseaddr(str(answer["From"]))[1], [_reply_address(scout)], answer.as_bytes())


def _reply_address(scout: Kept) -> str:
    return parseaddr(str(scout.message["Reply-To"]))[1]


def _entered(installation: Installation) -> int:
    with installation.work.reading() as session:
        return len(session.exec(select(Entry.id).where(col(Entry.state).in_(("entered", "deciding", "holding")))).all())


def _times(installation: Installation, scouts: list[Kept]) -> dict[str, list[float]]:
    """Seconds per stage. Who is a possible duplicate waits for a person (R4) and is counted apart."""
    handler = installation.postbox.handler
    assert isinstance(handler, Noting)
    by_token = {
        scout.message_id.strip("<>").split("@")[0]: handler.received[_reply_address(scout).lower()] for scout in scouts
    }
    applications = {
        str(row["id"]): datetime.fromisoformat(row["created_at"])
        for row in installation.sandbox.store.rows("applications")
    }
    whole: list[float] = []
    door: list[float] = []
    entry: list[float] = []
    with installation.work.reading() as session:
        rows = session.exec(
            select(Entry, Scout.reply_token, Delivery.received_at)
            .join(Scout, col(Scout.id) == col(Entry.scout_id))
            .join(Reply, col(Reply.id) == col(Entry.reply_id))
            .join(Delivery, col(Delivery.id) == col(Reply.delivery_id))
        ).all()
    for made, token, stored in rows:
        if made.state != "entered":
            continue
        received, stands = by_token[token], applications[made.ats_application_id]
        whole.append((stands - received).total_seconds())
        door.append((stored - received).total_seconds())
        entry.append((made.created_at - stored).total_seconds())
    written = [all_ - first - second for all_, first, second in zip(whole, door, entry, strict=True)]
    return {
        f"yes received → application in the ATS ({len(whole)} entered)": whole,
        "  stored at the mail door": door,
        "  read as a yes": entry,
        "  written in the ATS": written,
    }
