"""After an erasure a search of every file of the installation finds neither name, address, number nor words of the person.

The person goes the whole way first: into the store, on a shortlist, written to, a yes with a file's worth of words, an
entry in the ATS, a time chosen, wishes, a colleague's remark, a server's words with their address in them. Then they are
erased while the service stands, and everything still verifies.
"""

from __future__ import annotations

import base64
import json
import quopri
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import requests
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import LargeBinary
from sqlalchemy.engine import make_url
from sqlmodel import col, select

from connectors.sandbox.kit import EntryThere
from plugin.demo.postbox import answer_to
from plugin.demo.stage import demo_description, demo_policy
from plugin.demo.story import START, Story
from plugin.demo.world import World, open_world
from plugin.erasure import erase_person, tidy, vacuum
from plugin.identity import Identity
from plugin.people import Person, add_profiles
from plugin.pipeline import chain
from plugin.pipeline.audit import audit
from plugin.rows import (
    AtsWrite,
    DataRequest,
    Delivery,
    Entry,
    Job,
    Mail,
    PersonKey,
    Profile,
    Promise,
    Requisition,
    Scout,
    ShortlistEntry,
    Task,
    Verdict,
    metadata,
)
from plugin.scouting.candidate_links import page_token
from ranking.values import Profile as Judged

ID = "p-7731"
WHO = Identity(
    name="鬼頭 瑠璃子",
    kana="きとう るりこ",
    romaji="Ruriko Kito",
    email="ruriko.kito@nowhere.example",
    phone="090-7713-5502",
    company="蜃気楼テクノロジーズ株式会社",
    title="リードエンジニア",
)
WORDS = "蜃気楼テクノロジーズで砂時計決済の基盤をGoとPostgreSQLで8年にわたり開発"
TEXT = (
    f"{WORDS}。バックエンドエンジニアとしてREST APIの設計・開発、AWS（ECS、Lambda）とTerraformでの運用、"
    "マイクロサービスの設計、Kubernetes、決済・フィンテック領域、チームリーダーを経験。日本語は母語、英語は日常会話。"
    "経験年数8年。東京都在住。"
)
SAID = "ぜひお話を伺いたいです。砂時計の話もできればうれしく思います。"
NEEDLES = (
    "鬼頭 瑠璃子", "鬼頭瑠璃子", "瑠璃子", "きとう るりこ", "るりこ", "キトウ", "Ruriko Kito", "Ruriko", "ruriko.kito",
    "090-7713-5502", "09077135502", "7713-5502", "蜃気楼テクノロジーズ", "砂時計",
)  # fmt: skip


def forms(needle: str) -> Iterator[bytes]:
    """The ways a text may lie in a file."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp932", "euc_jp", "iso2022_jp"):
        try:
            yield needle.encode(encoding)
        except UnicodeEncodeError:
            continue
    raw = needle.encode()
    yield quopri.encodestring(raw).strip()
    yield quote(needle).encode()
    yield quote(needle).lower().encode()
    yield json.dumps(needle).strip('"').encode()
    for shift in range(3):
        # What is certain of a text inside base64, whatever stands before and after it.
        encoded = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        inside = encoded[(0, 2, 3)[shift] : len(encoded) - (1 if (shift + len(raw)) % 3 else 0)]
        if len(inside) >= 8:
            yield inside.encode()


FORMS = tuple(sorted({form.lower() for needle in NEEDLES for form in forms(needle) if len(form) >= 5}))


def found_in(data: bytes) -> list[bytes]:
    lowered = data.lower()
    return [form for form in FORMS if form in lowered]


def search_files(folder: Path) -> dict[str, list[bytes]]:
    """Every file below a folder that holds a form of a needle."""
    hits = {str(path): found_in(path.read_bytes()) for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: found for name, found in hits.items() if found}


def search_rows(world: World) -> dict[str, list[bytes]]:
    """Every value of every row, also unpacked, and opened with every key that is left."""
    hits: dict[str, list[bytes]] = {}
    with world.work.reading() as session:
        keys = [Fernet(world.work.vault.open(row.sealed)) for row in session.exec(select(PersonKey))]
        keys += [
            Fernet(world.work.vault.open(key))
            for key in session.exec(select(Delivery.sealed_key).where(col(Delivery.sealed_key).is_not(None)))
            if key is not None
        ]
        for table in metadata.sorted_tables:
            binary = [column.name for column in table.columns if isinstance(column.type, LargeBinary)]
            for row in session.execute(table.select()).mappings():
                plain = json.dumps(
                    {name: str(value) for name, value in row.items() if name not in binary}, ensure_ascii=False
                )
                values = [plain.encode(), *(bytes(row[name]) for name in binary if row[name])]
                for value in values:
                    for opened in (value, *_unpacked(value), *_opened(world, keys, value)):
                        if found_in(opened):
                            hits.setdefault(table.name, []).extend(found_in(opened))
    return hits


def _unpacked(value: bytes) -> Iterator[bytes]:
    try:
        yield zlib.decompress(value)
    except zlib.error:
        return


def _opened(world: World, keys: list[Fernet], value: bytes) -> Iterator[bytes]:
    if not value.startswith(b"gAAAA"):
        return
    try:
        opened = world.work.vault.open(value)
        yield opened
        return
    except InvalidToken:
        pass
    for key in keys:
        try:
            yield key.decrypt(value)
            return
        except InvalidToken:
            continue


@pytest.fixture
def url(database_kind: str, request: pytest.FixtureRequest) -> Iterator[str]:
    if database_kind == "sqlite":
        yield ""
        return
    server = request.getfixturevalue("postgres_server")
    made = server.empty()
    yield made
    server.drop(made)


@pytest.fixture
def world(tmp_path: Path, url: str) -> Iterator[World]:
    folder = tmp_path / "installation"
    folder.mkdir()
    policy = demo_policy(per_domain_per_minute=600, first_day_letters=0, interviews_per_week=100)
    with open_world(
        tmp_path / "outside",
        start=START,
        people=300,
        database_url=url,
        policy=policy,
        settings={"data_folder": folder},
    ) as world:
        yield world


@pytest.fixture
def lived(world: World) -> World:
    """The person has gone the whole way."""
    work, employer_id = world.work, world.connection.employer_id
    with work.writing() as session:
        add_profiles(
            session,
            work.vault,
            employer_id,
            [
                Person(
                    profile=Judged(id=ID, text=TEXT, headline=f"{WHO.title}（{WHO.company}）"),
                    identity=WHO,
                    language="ja",
                    contact_basis="own_applicant",
                    basis_at=START - timedelta(days=30),
                    as_of=START - timedelta(days=30),
                    source="test",
                )
            ],
        )
    story = Story(world, lambda step, words: None)
    story.create_requisition(demo_description("ja"), "シニアバックエンドエンジニア")
    story.see_shortlist_in_ats()
    assert ID in {entry["id"] for entry in story.told.shortlist}
    story.approve_in_ats()
    story.release_batch()
    story.read_scouts()
    scout = next(mail for mail in story._scouts() if WHO.email in str(mail.message["To"]))
    reply = answer_to(scout, SAID + f"\n{WHO.name} {WHO.phone}")
    story._send(reply.as_bytes(), WHO.email, str(scout.message["Reply-To"]))
    story._settle_until("the reply is read", lambda: story._reply() is not None)
    story.see_entry_in_ats()
    page = f"{world.url}/c/{_token(world)}"
    times = re.findall(r'name="at" value="([^"]+)"', requests.get(page, timeout=30).text)
    assert requests.post(f"{page}/time", data={"at": times[0]}, timeout=30).ok
    assert requests.post(f"{page}/wishes", data={"pay": "砂時計 1200万円", "start": "瑠璃子より"}, timeout=30).ok
    assert requests.post(f"{page}/data", data={"kind": "correction", "words": "鬼頭は旧姓です"}, timeout=30).ok
    world.settle()
    _words_of_others(world)
    return world


def _token(world: World) -> str:
    with world.work.reading() as session:
        scout = session.exec(select(Scout).where(col(Scout.profile_id) == ID)).one()
        return page_token(world.work.vault, scout, WHO.email)


def _words_of_others(world: World) -> None:
    """Words that lie open: a vendor's, a mail server's, a manager's."""
    with world.work.writing() as session:
        entry = session.exec(select(Entry).where(col(Entry.profile_id) == ID)).one()
        shortlisted = session.exec(select(ShortlistEntry).where(col(ShortlistEntry.profile_id) == ID)).first()
        assert shortlisted is not None
        job = session.exec(select(Job).where(col(Job.kind) == "entry_notes")).first()
        write = session.exec(select(AtsWrite).where(col(AtsWrite.name).startswith("add_entry"))).first()
        mail = session.exec(select(Mail).where(col(Mail.person) == ID)).first()
        assert job is not None and write is not None and mail is not None
        job.error = f"the ATS said: {WHO.name} is locked"
        write.error = f"duplicate of {WHO.email}"
        mail.answer = f"250 2.1.5 <{WHO.email}> ok"
        session.add_all([job, write, mail])
        session.add(
            Task(
                employer_id=entry.employer_id,
                connection_id=entry.connection_id,
                kind="entry_stuck",
                name="entry_stuck:words",
                subject="entry",
                subject_id=entry.key,
                facts={"because": "refused", "words": f"{WHO.romaji} exists"},
                created_at=world.clock.now(),
            )
        )
        session.add(
            Verdict(
                employer_id=entry.employer_id,
                calibration_id=shortlisted.calibration_id,
                staff_id=1,
                profile_id=ID,
                match=True,
                reason="瑠璃子さんと以前働いた",
                created_at=world.clock.now(),
            )
        )


def test_nothing_of_an_erased_person_remains(lived: World, tmp_path: Path, url: str) -> None:
    world, work = lived, lived.work
    employer_id = world.connection.employer_id
    before = set(search_rows(world))
    assert {"job", "atswrite", "mail", "task", "verdict", "profile", "reply", "delivery", "slotchoice"} <= before
    assert search_files(tmp_path / "installation"), "before, the search does find them"
    with work.reading() as session:
        scout = session.exec(select(Scout).where(col(Scout.profile_id) == ID)).one()

    assert erase_person(work, employer_id, ID, by="admin:test", asked=True)
    tidy(work, employer_id)
    vacuum(work)
    world.settle()

    assert search_rows(world) == {}
    work.database.engine.dispose()
    assert search_files(tmp_path / "installation") == {}
    if url:
        assert found_in(_dumped(url)) == []
    with work.reading() as session:
        assert session.exec(select(Profile).where(col(Profile.profile_id) == ID)).first() is None
        assert session.exec(select(Promise).where(col(Promise.scout_id) == scout.key)).one().state == "waived"
        assert {row.state for row in session.exec(select(DataRequest))} == {"done"}
        assert session.exec(select(Task).where(col(Task.kind) == "erase_in_ats")).one().state == "open"
    with work.writing() as session:
        chain.seal(session, work.vault, employer_id)
    with work.reading() as session:
        assert [*chain.verify(session, work.vault, employer_id), *audit(session, employer_id)] == []
    assert work.judge(employer_id).verify(work) == []
    assert any("消去" in note for note in _entries(world)[0].notes)
    assert not erase_person(work, employer_id, ID, by="admin:test", asked=True), "a second time finds nobody"


def _entries(world: World) -> tuple[EntryThere, ...]:
    story = Story(world, lambda step, words: None)
    with world.work.reading() as session:
        story.ats_id = session.exec(select(Requisition.ats_id)).first() or ""
    return story._there().entries


def _dumped(url: str) -> bytes:
    parts = make_url(url)
    program = _pg_dump()
    done = subprocess.run(
        [program, "-h", str(parts.query["host"]), "-U", str(parts.username or "postgres"), str(parts.database)],
        check=True,
        capture_output=True,
    )
    return done.stdout


def _pg_dump() -> str:
    found = shutil.which("pg_dump") or next((str(path) for path in Path("/usr/lib/postgresql").rglob("pg_dump")), "")
    if not found:
        pytest.skip("pg_dump is not installed")
    return found
