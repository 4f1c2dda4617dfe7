"""The interface every connector has, and the three errors it may raise.

A capability is a method that exists: a connector overrides only what its ATS can do, `supports("attach")` compares
with this class, and everything left alone raises `Unsupported`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from connectors.pace import REAL, Timekeeper
from connectors.records import (
    Answer,
    Application,
    Approval,
    ApprovalRequest,
    Ask,
    Attachment,
    Candidate,
    Decision,
    Entered,
    Event,
    Finding,
    HiringTeam,
    Interview,
    JobPosting,
    NewEntry,
    Outcome,
    Page,
    PastPage,
    PersonChange,
    Rate,
    Request,
    Requisition,
    ResumeFile,
    Said,
    ShortlistPost,
    Stage,
    Subscribed,
    words_of,
)


class BadSignature(Exception):
    """The request was not signed with a secret we hold. Nothing of it is stored."""


class Unsupported(Exception):
    """This ATS has no such place or call. The message names both; what a person has to do instead it says as `Said`."""

    def __str__(self) -> str:
        """Both languages where there are two: who reads it is known only where it is shown (`in_language`)."""
        said = self.args[0] if self.args else ""
        return f"{said} / {said.ja}" if isinstance(said, Said) else str(said)

    def in_language(self, locale: str) -> str:
        said = self.args[0] if self.args else ""
        return said.in_language(locale) if isinstance(said, Said) else str(said)


class ATSError(Exception):
    """The ATS refused or did not answer, in its own words.

    `status` is the HTTP status or None when no answer came. `permanent`: trying again changes nothing. `retry_after`:
    seconds the vendor asked for. `unknown`: a write may have been applied although no usable answer came; look before
    writing again, after a settle time (R7).
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        permanent: bool = False,
        retry_after: float | None = None,
        unknown: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.permanent = permanent
        self.retry_after = retry_after
        self.unknown = unknown


def refusal(what: str, problem: Exception, todo: str) -> Finding:
    """The finding for a call that failed. Where no answer came, credentials and rights are not what to look at."""
    if isinstance(problem, ATSError) and problem.status is None:
        todo = Said(
            "check the addresses (option api_base) and the network, then run the check again",
            "接続先（オプション api_base）とネットワークを確認してから、もう一度確認してください",
        )
    return Finding(what, ok=False, detail=words_of(problem), todo=todo)


class TokenStore:
    """Where a connector keeps an access token that several processes share.

    `exclusive` runs `mint` under a lock held across processes: it is given the token stored now and returns the one to
    store, so that a caller who failed with a token others have replaced meanwhile uses theirs instead of minting.
    This default keeps it in memory, for one process and its threads.
    """

    def __init__(self) -> None:
        self._token: str | None = None
        self._lock = threading.Lock()

    def current(self) -> str | None:
        return self._token

    def exclusive(self, mint: Callable[[str | None], str]) -> str:
        with self._lock:
            self._token = mint(self._token)
            return self._token


class Connector:
    """One connection to one ATS account.

    Built from plain values (`credentials` and `options` by name, signing `secrets` newest first), so that it knows no
    database. `user_agent` and time-outs are the session's (`connectors.http`). `timekeeper` is what pacing waits by.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""  # the vendor's own spelling
    known_by: ClassVar[str] = ""  # live, recorded, or from documentation
    glossary: ClassVar[Mapping[str, str]] = {}

    # What README's table, `connect` and `doctor` tell of this ATS.
    asks: ClassVar[tuple[Ask, ...]] = ()
    preparing: ClassVar[tuple[Said, ...]] = ()
    """What to click in the ATS before `connect` can be answered, in order."""
    hears: ClassVar[Said] = Said("nothing, it is polled", "通知なし（定期的に読み取り）")
    """Which changes it rings for."""
    approval: ClassVar[Approval | None] = None
    rate: ClassVar[Rate | None] = None
    empty: ClassVar[Mapping[str, Said]] = {}
    """Why a method is left alone, for each that is."""
    decisions_polled: ClassVar[bool] = False
    """True where a decision neither rings nor moves `Requisition.updated_at`: open questions are read again on a tick."""

    def __init__(
        self,
        *,
        credentials: Mapping[str, str],
        secrets: Sequence[str],
        options: Mapping[str, str],
        tokens: TokenStore | None = None,
        timekeeper: Timekeeper = REAL,
    ) -> None:
        self.credentials = credentials
        self.secrets = secrets
        self.options = options
        self.tokens = tokens or TokenStore()
        self.timekeeper = timekeeper

    @classmethod
    def supports(cls, method: str) -> bool:
        """Say whether this ATS can do `method` at all."""
        return getattr(cls, method) is not getattr(Connector, method)

    def close(self) -> None:
        """Let go of sockets. A connector without any has nothing to do."""

    def _unsupported(self, what: str) -> Unsupported:
        return Unsupported(f"{self.name} cannot {what}")

    # The door. No network, no state: these run while the vendor waits.

    def verify(self, request: Request) -> None:
        """Raise `BadSignature` unless the raw bytes were signed with one of our secrets."""
        raise self._unsupported("verify a webhook: it sends none, it is polled")

    def parse(self, request: Request) -> list[Event]:
        """Take kind and id out of a doorbell, nothing else (R6). Unknown kinds come back as UNKNOWN or PING."""
        raise self._unsupported("read a webhook: it sends none, it is polled")

    def event_key(self, request: Request) -> str:
        """The vendor's own id of this delivery, or "" where it gives none."""
        return ""

    def fingerprint(self, request: Request) -> bytes:
        """What makes two deliveries one, beside the event key: the body, where no two changes ring with the same."""
        return request.body

    def answer(self, outcome: Outcome, request: Request) -> Answer:
        """What this vendor must hear so that it neither disables the hook nor forgets a retry."""
        raise self._unsupported("answer a webhook: it sends none, it is polled")

    def test_event(self, path: str, now: datetime) -> Request:
        """Build a ping as this vendor would sign it with our newest secret: `doctor` rings our own door with it."""
        raise self._unsupported("ring for a test: it sends no webhooks")

    # Set-up.

    def webhook_steps(self, url: str, secret: str) -> list[Said]:
        """What to click so that the vendor rings at `url`, signing with `secret`; empty where `subscribe` does it all."""
        raise self._unsupported("be told where to ring: it sends no webhooks")

    def subscribe(self, url: str, secret: str) -> Subscribed:
        """Create the webhooks that ring at `url` by API. Calling it twice changes nothing."""
        raise self._unsupported("have webhooks created by API")

    def set_up(self) -> list[Finding]:
        """Create our fields where they are missing. Calling it twice changes nothing."""
        raise self._unsupported("be set up by API")

    def check(self) -> list[Finding]:
        """Credentials, scopes, fields, and what only a person can see, each with what to do."""
        raise self._unsupported("be checked")

    # Reads.

    def requisitions_page(self, since: datetime | None, cursor: str = "") -> Page[Requisition]:
        """A page of requisitions changed at or after `since` (all of them for None). Some may come twice.

        `since` is the same on every page of one list.
        """
        raise self._unsupported("list requisitions")

    def requisitions(self, since: datetime | None) -> Iterator[Requisition]:
        """Requisitions changed at or after `since` (all of them for None), page by page."""
        cursor = ""
        while True:
            page = self.requisitions_page(since, cursor)
            yield from page.items
            if not (cursor := page.cursor):
                return

    def requisition(self, id: str) -> Requisition | None:
        """One requisition as it stands, None when it is gone or hidden from us."""
        raise self._unsupported("read a requisition")

    def postings(self, requisition_id: str) -> list[JobPosting]:
        raise self._unsupported("read job postings")

    def hiring_team(self, requisition_id: str) -> HiringTeam:
        raise self._unsupported("read the hiring team")

    def stages(self, requisition_id: str) -> list[Stage]:
        raise self._unsupported("read pipeline stages")

    def people_page(self, since: datetime, cursor: str = "") -> Page[PersonChange]:
        """A page of people changed, merged or deleted at or after `since`, where the vendor lets us read that.

        `since` is the same on every page of one list.
        """
        raise self._unsupported("list changed people")

    def people_changed(self, since: datetime) -> Iterator[PersonChange]:
        """People changed, merged or deleted since, page by page."""
        cursor = ""
        while True:
            page = self.people_page(since, cursor)
            yield from page.items
            if not (cursor := page.cursor):
                return

    def candidates(self, since: datetime | None) -> Iterator[Candidate]:
        """Everyone, for back-fill of the profile store."""
        raise self._unsupported("list candidates")

    def past_candidates(self, since: datetime | None, cursor: str = "") -> PastPage:
        """Read a page of people with what the ATS holds of their work; `since`: active at or after it.

        Only the first page takes `since`, every later one the cursor of the page before.
        """
        raise self._unsupported("list past candidates with their résumés")

    def resume(self, file: ResumeFile) -> bytes:
        """Fetch a résumé that `past_candidates` named."""
        raise self._unsupported("give out résumés")

    def candidate(self, id: str) -> Candidate | None:
        raise self._unsupported("read a candidate")

    def find_candidates(self, *, email: str = "", name: str = "") -> list[Candidate]:
        raise self._unsupported("find a candidate")

    def applications(self, *, candidate_id: str = "", requisition_id: str = "") -> list[Application]:
        raise self._unsupported("list applications")

    def interviews(self, *, application_ids: Sequence[str] = (), since: datetime | None = None) -> list[Interview]:
        raise self._unsupported("list interviews")

    def read_decision(self, requisition_id: str) -> Decision | None:
        """The decision fields as they stand, None when the requisition is gone."""
        raise self._unsupported("carry a decision")

    # Writes. Each looks for its own reference first: a second call changes nothing and returns what it found (R7).

    def post_shortlist(self, requisition_id: str, post: ShortlistPost) -> str:
        """Post the shortlist note and field; return the note's id."""
        raise self._unsupported("show a shortlist")

    def post_approval_request(self, requisition_id: str, request: ApprovalRequest) -> str:
        """Reset the decision fields for a new calibration and say what is asked.

        Returns the id of the application the decision is made on, "" where it is made on the requisition itself: an
        APPLICATION event with that id has the requisition's decision read again.

        Reads the fields first: a decision that a manager has set in the meantime is left standing (the caller sees it
        through `read_decision`).
        """
        raise self._unsupported("ask for an approval")

    def post_message(self, requisition_id: str, message: str) -> None:
        """Put a message (receipt, error) into our own field. Never touches the decision fields."""
        raise self._unsupported("show a message")

    def add_entry(self, entry: NewEntry) -> Entered:
        """Find or create the person and their application or prospect; at most one of each, ever."""
        raise self._unsupported("create an entry")

    def note(self, candidate_id: str, ref: str, body: str) -> str:
        """Write a note on a person unless one carrying `ref` is there; return its id."""
        raise self._unsupported("write a note")

    def tag(self, candidate_id: str, tag: str) -> None:
        raise self._unsupported("tag a person")

    def attach(self, application_id: str, ref: str, attachment: Attachment) -> str:
        raise self._unsupported("attach a file")

    def move(self, application_id: str, stage_id: str) -> None:
        """Move an application to a stage; nothing when it is there already."""
        raise self._unsupported("move an application")
