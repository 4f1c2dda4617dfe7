"""The desk: requisitions, people and a pipeline of our own, for agencies and for ATSs without an API (HRMOS採用, ジョブカン).

There is no vendor behind it. The plugin keeps the books and hands them in as `Books`; to everything past this module
they are an ATS like any other. Nothing rings: the desk's own pages owe the reads, and the sweep heals what they missed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Protocol

from connectors.base import Connector, TokenStore
from connectors.pace import REAL, Timekeeper
from connectors.records import (
    Application,
    Approval,
    Ask,
    Attachment,
    Candidate,
    Entered,
    Finding,
    HiringTeam,
    Interview,
    JobPosting,
    NewEntry,
    Page,
    PersonChange,
    Requisition,
    Said,
    ShortlistPost,
    Stage,
)
from connectors.refs import carrying


class Books(Protocol):
    """What the plugin keeps for one desk.

    Each call is one transaction. Writes find themselves by their key, so that a second call changes nothing. What is
    asked of something that isn't there, or isn't there any more, raises `ATSError` with status 404, `permanent`; reads of
    one thing answer None instead.
    """

    def prepare(self, recruiter_name: str, recruiter_address: str) -> bool:
        """Enter the first recruiter, so that somebody can sign in; False when they are there already."""
        ...

    def recruiters(self) -> int: ...
    def requisitions_page(self, since: datetime | None, cursor: str) -> Page[Requisition]: ...
    def requisition(self, id: str) -> Requisition | None: ...
    def postings(self, requisition_id: str) -> list[JobPosting]: ...
    def hiring_team(self, requisition_id: str) -> HiringTeam: ...
    def stages(self, requisition_id: str) -> list[Stage]: ...
    def people_page(self, since: datetime, cursor: str) -> Page[PersonChange]: ...
    def candidates(self, since: datetime | None) -> Iterator[Candidate]: ...
    def candidate(self, id: str) -> Candidate | None: ...
    def find_candidates(self, email: str, name: str) -> list[Candidate]: ...
    def applications(self, candidate_id: str, requisition_id: str) -> list[Application]: ...
    def interviews(self, application_ids: Sequence[str], since: datetime | None) -> list[Interview]: ...
    def post(self, requisition_id: str, kind: str, ref: str, body: str) -> str:
        """Keep a note on a requisition: one `shortlist` a reference, one `message` altogether, the newest."""
        ...

    def add_entry(self, entry: NewEntry) -> Entered: ...
    def note(self, candidate_id: str, ref: str, body: str) -> str: ...
    def tag(self, candidate_id: str, tag: str) -> None: ...
    def attach(self, application_id: str, ref: str, attachment: Attachment) -> str: ...
    def move(self, application_id: str, stage_id: str) -> None: ...


_NO_WEBHOOKS = Said(
    "the desk's own pages owe each reading directly", "自社画面での操作が、そのまま読み取りの予約になります"
)
_BY_LINK = Said(
    "the manager decides by the link in their own mailbox", "採用責任者は、ご本人宛メールのリンクから判断します"
)
_OWN_STORE = Said(
    "its people come out of the profile store; nobody was there before",
    "掲載される人は自社データから登録されるため、過去の応募者がありません",
)


class Desk(Connector):
    """One desk of one employer. `books` is what the plugin keeps for it; there are no credentials."""

    name: ClassVar[str] = "desk"
    title: ClassVar[str] = "kakuyaku desk"
    known_by: ClassVar[str] = "live"
    asks: ClassVar[tuple[Ask, ...]] = (
        Ask(
            "recruiter_name",
            Said("Name of the first recruiter (signs in to the desk)", "最初の採用担当者の氏名（管理画面を利用）"),
            kind="option",
        ),
        Ask(
            "recruiter_address",
            Said("Their mail address (links to sign in go there)", "そのメールアドレス（ログイン用リンクの送信先）"),
            kind="option",
        ),
    )
    hears: ClassVar[Said] = Said("its own pages, directly (no webhooks)", "自社画面から直接（Webhookは不要）")
    approval: ClassVar[Approval | None] = Approval(_BY_LINK, "acting_link")
    empty: ClassVar[Mapping[str, Said]] = {
        **dict.fromkeys(("verify", "parse", "answer", "test_event", "webhook_steps", "subscribe"), _NO_WEBHOOKS),
        **dict.fromkeys(("read_decision", "post_approval_request"), _BY_LINK),
        **dict.fromkeys(("past_candidates", "resume"), _OWN_STORE),
    }
    glossary: ClassVar[Mapping[str, str]] = {
        "Requisition": "position",
        "JobPosting": "description",
        "HiringManager": "hiring manager (at an agency: the client's)",
        "Recruiter": "recruiter (at an agency: the consultant)",
        "Candidate": "person",
        "Application": "person in a position's pipeline",
        "Prospect": "person in no stage yet",
        "Stage": "stage",
        "Interview": "meeting",
        "Interviewer": "whom they meet",
        "Rejection": "closed",
        "Note on a requisition": "note on the position's page",
        "Note on a person": "note on the person",
        "Decision": "the manager's acting link",
        "Tag": "tag",
        "Attachment": "file",
    }

    def __init__(
        self,
        *,
        credentials: Mapping[str, str],
        secrets: Sequence[str],
        options: Mapping[str, str],
        tokens: TokenStore | None = None,
        timekeeper: Timekeeper = REAL,
        books: Books | None = None,
    ) -> None:
        super().__init__(
            credentials=credentials, secrets=secrets, options=options, tokens=tokens, timekeeper=timekeeper
        )
        address = options.get("recruiter_address", "")
        if address and not _looks_like_an_address(address):
            raise ValueError("recruiter_address must be a mail address")
        self._kept = books

    @property
    def books(self) -> Books:
        if self._kept is None:
            raise RuntimeError("the desk was built without its books; `plugin.connections.connector_of` hands them in")
        return self._kept

    # Set-up.

    def set_up(self) -> list[Finding]:
        """Enter the recruiter `connect` asked for: before anybody is there, nobody can sign in."""
        name, address = self.options.get("recruiter_name", ""), self.options.get("recruiter_address", "")
        if name and address:
            self.books.prepare(name, address)
        return self.check()

    def check(self) -> list[Finding]:
        there = self.books.recruiters()
        return [
            Finding(
                Said("somebody can sign in to the desk", "管理画面にログインできる担当者"),
                there > 0,
                Said(f"recruiters: {there}", f"採用担当者：{there}名"),
                ""
                if there
                else Said(
                    "run `kakuyaku connect desk` again and name a recruiter with their mail address",
                    "`kakuyaku connect desk` をもう一度実行し、採用担当者の氏名とメールアドレスを入力してください",
                ),
            )
        ]

    # Reads.

    def requisitions_page(self, since: datetime | None, cursor: str = "") -> Page[Requisition]:
        return self.books.requisitions_page(since, cursor)

    def requisition(self, id: str) -> Requisition | None:
        return self.books.requisition(id)

    def postings(self, requisition_id: str) -> list[JobPosting]:
        """The description, as the one text of its position; live while the position is open."""
        return self.books.postings(requisition_id)

    def hiring_team(self, requisition_id: str) -> HiringTeam:
        return self.books.hiring_team(requisition_id)

    def stages(self, requisition_id: str) -> list[Stage]:
        return self.books.stages(requisition_id)

    def people_page(self, since: datetime, cursor: str = "") -> Page[PersonChange]:
        return self.books.people_page(since, cursor)

    def candidates(self, since: datetime | None) -> Iterator[Candidate]:
        return self.books.candidates(since)

    def candidate(self, id: str) -> Candidate | None:
        """A person as they stand; None once they are deleted, merged into another or erased from the store."""
        return self.books.candidate(id)

    def find_candidates(self, *, email: str = "", name: str = "") -> list[Candidate]:
        """Find people by address or by name in either order, the oldest first; both given, both must fit."""
        return self.books.find_candidates(email, name) if email or name else []

    def applications(self, *, candidate_id: str = "", requisition_id: str = "") -> list[Application]:
        if not (candidate_id or requisition_id):
            raise ValueError("name a candidate, a requisition or both")
        return self.books.applications(candidate_id, requisition_id)

    def interviews(self, *, application_ids: Sequence[str] = (), since: datetime | None = None) -> list[Interview]:
        return self.books.interviews(application_ids, since)

    # Writes.

    def post_shortlist(self, requisition_id: str, post: ShortlistPost) -> str:
        """Keep the shortlist as a note on the position's own page."""
        return self.books.post(requisition_id, "shortlist", post.ref, carrying(post.body, post.ref))

    def post_message(self, requisition_id: str, message: str) -> None:
        self.books.post(requisition_id, "message", "", message)

    def add_entry(self, entry: NewEntry) -> Entered:
        """Find or create the person and their place in the pipeline: at most one of each, held by the books' own keys."""
        return self.books.add_entry(entry)

    def note(self, candidate_id: str, ref: str, body: str) -> str:
        return self.books.note(candidate_id, ref, carrying(body, ref))

    def tag(self, candidate_id: str, tag: str) -> None:
        self.books.tag(candidate_id, tag)

    def attach(self, application_id: str, ref: str, attachment: Attachment) -> str:
        return self.books.attach(application_id, ref, attachment)

    def move(self, application_id: str, stage_id: str) -> None:
        self.books.move(application_id, stage_id)


def _looks_like_an_address(text: str) -> bool:
    local, at, domain = text.strip().rpartition("@")
    return bool(at and local and "." in domain) and not any(character.isspace() for character in text.strip())
