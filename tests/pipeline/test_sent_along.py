"""Files sent along with a yes: into the ATS as they came, each once, with the entry or with a later word."""

from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from sqlmodel import col, select

from plugin.connections import policy_of
from plugin.rows import Delivery, ReplyFile, Scout
from plugin.scouting.post import come_back, new_token
from plugin.work.deliveries import accept, drop_expired

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF\n"
YES = "ご連絡ありがとうございます。ぜひ一度お話を伺えればと存じます。"


def written_to(world: Any, **given: Any) -> Scout:
    """A scout whose reply address is one of those sending makes."""
    scout: Scout = world.scout(**given)
    with world.work.writing() as session:
        row = session.get_one(Scout, scout.key)
        row.reply_token = new_token()
        session.add(row)
        sent: Scout = row
    return sent


def answer(world: Any, scout: Scout, *files: tuple[str, bytes], words: str = YES, number: int = 1) -> None:
    """A reply with files comes in and everything owed is worked."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"person{scout.key}.{world.connection.key}@example.com"
    mail["To"] = come_back(policy_of(world.connection).from_address, scout.reply_token)
    mail["Subject"], mail["Message-ID"] = "Re: ご案内", f"<{scout.key}.{number}@mail.example.com>"
    mail.set_content(words, charset="utf-8", cte="base64")
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    with world.work.writing() as session:
        accept(
            session,
            world.work.vault,
            connection=world.connection,
            door="mail",
            headers={},
            body=mail.as_bytes(),
            days=30,
        )
    world.work_all()


def sent_along(world: Any) -> list[tuple[str, bytes]]:
    """The files in the ATS beside our own sheet."""
    return [
        (file.filename, file.content)
        for _application, _ref, file in world.ats.files
        if file.content.startswith(b"%PDF")
    ]


def test_a_resume_goes_into_the_ats_with_the_entry_as_it_came(world: Any) -> None:
    scout = written_to(world)
    answer(
        world,
        scout,
        ("職務経歴書.docx", PDF),
        ("photo.png", b"\x89PNG\r\n\x1a\n" + b"0" * 60),
        ("run.pdf", b"MZ" + b"\0" * 99),
    )
    assert world.entry(scout).state == "entered"
    assert sent_along(world) == [("職務経歴書.pdf", PDF)], "named by what it is"
    with world.work.reading() as session:
        rows = session.exec(select(ReplyFile).order_by(col(ReplyFile.place))).all()
    assert [(row.refused, row.attached_at is not None) for row in rows] == [
        ("", True),
        ("picture", False),
        ("program", False),
    ]
    assert not world.open_jobs() or all(job.state == "owed" for job in world.open_jobs())


def test_a_file_that_comes_with_a_later_word_follows_once(world: Any) -> None:
    scout = written_to(world)
    answer(world, scout)
    assert sent_along(world) == []
    answer(world, scout, ("cv.pdf", PDF), words="職務経歴書をお送りします。ぜひお願いいたします。", number=2)
    answer(world, scout, words="ぜひよろしくお願いいたします。", number=3)
    assert sent_along(world) == [("cv.pdf", PDF)]


def test_the_bytes_outlive_the_holding_lane(world: Any) -> None:
    world.set_status("draft")
    scout = written_to(world, committed=False)
    answer(world, scout, ("cv.pdf", PDF))
    held_until = world.entry(scout).held_until
    with world.work.reading() as session:
        [delivery] = session.exec(select(Delivery)).all()
    assert delivery.expires_at >= held_until + timedelta(days=7)
    world.set_status("open")
    world.work_all()
    assert sent_along(world) == [("cv.pdf", PDF)]


def test_dropped_bytes_stop_nothing(world: Any) -> None:
    world.set_status("draft")
    scout = written_to(world, committed=False)
    answer(world, scout, ("cv.pdf", PDF))
    world.clock.move(timedelta(days=90))
    with world.work.writing() as session:
        assert drop_expired(session) == 1
    world.set_status("open")
    world.work_all()
    assert world.entry(scout).state == "entered" and sent_along(world) == []


def test_a_lost_answer_of_the_ats_attaches_nothing_twice(world: Any) -> None:
    scout = written_to(world)
    world.ats.script = ["ok", "ok", "ok", "ok", "drop"]
    answer(world, scout, ("cv.pdf", PDF))
    assert sent_along(world) == [("cv.pdf", PDF)]
