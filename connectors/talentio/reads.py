"""What is read from Talentio: 求人, 候補者 and their 選考. It sends no webhooks, so all of it is listed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from connectors.base import ATSError, Connector
from connectors.book import Book, Known
from connectors.records import (
    Application,
    Candidate,
    EventKind,
    HiringTeam,
    Interview,
    Page,
    PersonChange,
    Requisition,
    Stage,
    User,
)
from connectors.talentio import translate
from connectors.talentio.api import Api, moment
from connectors.talentio.shapes import TalentioCandidate, TalentioRequisition

LATEST_FIRST = {"sort": "-updatedAt"}
EVERYWHERE = "*"


def managers_in(text: str) -> dict[str, tuple[str, ...]]:
    """Read the option `managers`: `12=suzuki@example.com, 15=sato@example.com, *=kato@example.com`; `*` is every other 求人.

    Raises ValueError for anything else.
    """
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        id, equals, mail = (piece.strip() for piece in part.partition("="))
        if not equals or not id or "@" not in mail:
            raise ValueError("the option managers is a list like: 12=suzuki@example.com, *=kato@example.com")
        found[id] = (*found.get(id, ()), mail)
    return found


class Reads(Connector):
    """The reading side; `api` and `book` are set up by `Talentio`."""

    api: Api
    book: Book
    app_base: str
    description_fields: tuple[str, ...]
    managers: dict[str, tuple[str, ...]]
    # Writes known from no vendor page, which the customer may switch.
    creates: bool
    notes: bool
    moves: bool

    # 求人. https://developers.talentio.com: GET /requisitions, GET /requisitions/{id}. There is no update or delete.

    def requisitions_page(self, since: datetime | None, cursor: str = "") -> Page[Requisition]:
        """A page of 求人 without their description, last changed first. The cursor is a page number."""
        number = int(cursor or 1)
        filters = LATEST_FIRST | ({"updatedAtFrom": moment(since)} if since else {})
        found, more = self.api.page("requisitions", TalentioRequisition, number, **filters)
        wanted = [one for one in found if since is None or one.updatedAt is None or one.updatedAt >= since]
        following = more and (since is None or len(wanted) == len(found))
        items = tuple(translate.requisition(one, self.description_fields, self.app_base) for one in wanted)
        return Page(items, str(number + 1) if following else "")

    def requisition(self, id: str) -> Requisition | None:
        found = self.api.one("requisitions", TalentioRequisition, id)
        return translate.requisition(found, self.description_fields, self.app_base) if found else None

    def hiring_team(self, requisition_id: str) -> HiringTeam:
        """The 求人's 採用担当者 as recruiters; who manages it is the option `managers`, its API doesn't say."""
        found = self.api.one("requisitions", TalentioRequisition, requisition_id)
        recruiters = [translate.user(one) for one in found.recruiters if one.email] if found else []
        known = {one.id: one for one in recruiters}
        mails = self.managers.get(requisition_id) or self.managers.get(EVERYWHERE, ())
        managers = [known.get(translate.address(mail)) or _named(mail) for mail in mails]
        asked = {one.id for one in managers}
        return HiringTeam(tuple(managers), tuple(one for one in recruiters if one.id not in asked))

    def stages(self, requisition_id: str) -> list[Stage]:
        """Where a candidate may be put: their status. The steps of a selection are each candidate's own."""
        return list(translate.STAGES)

    # 候補者. https://developers.talentio.com: GET /candidates, GET /candidates/{id}. A candidate holds one 求人.

    def _known(self, number: int) -> tuple[list[Known], bool]:
        found, more = self.api.page("candidates", TalentioCandidate, number, **LATEST_FIRST)
        page = [Known(translate.candidate(one), one.registeredAt, translate.moved_at(one)) for one in found]
        return page, more

    def people_page(self, since: datetime, cursor: str = "") -> Page[PersonChange]:
        """A page of candidates changed since, last changed first. Deleted ones are in no list. The cursor is a page number."""
        number = int(cursor or 1)
        found, more = self.api.page(
            "candidates", TalentioCandidate, number, **LATEST_FIRST, updatedAtFrom=moment(since)
        )
        wanted = [(at, one) for one in found if (at := one.updatedAt) is None or at >= since]
        items = tuple(PersonChange(EventKind.CANDIDATE, one.id, at or since) for at, one in wanted)
        return Page(items, str(number + 1) if more and len(wanted) == len(found) else "")

    def candidates(self, since: datetime | None) -> Iterator[Candidate]:
        filters = LATEST_FIRST | ({"updatedAtFrom": moment(since)} if since else {})
        for one in self.api.list("candidates", TalentioCandidate, **filters):
            if since is None or one.updatedAt is None or one.updatedAt >= since:
                yield translate.candidate(one)

    def candidate(self, id: str) -> Candidate | None:
        one = self._candidate(id)
        return translate.candidate(one) if one else None

    def _candidate(self, id: str) -> TalentioCandidate | None:
        one = self.api.one("candidates", TalentioCandidate, id)
        if one is None:
            self.book.forget(id)
        return one

    def find_candidates(self, *, email: str = "", name: str = "") -> list[Candidate]:
        """Find people by address or name in our own book of the list, which Talentio's API cannot search.

        Several candidates under one address are one person on several 求人: the newest stands for them.
        """
        self.book.look(self._known)
        return self.book.found(email=email, name=name)

    def applications(self, *, candidate_id: str = "", requisition_id: str = "") -> list[Application]:
        """List the candidates of a person (all under their address), of a 求人, or of both, oldest first."""
        if candidate_id:
            self.book.look(self._known)
            found = [one for id in self.book.of_same_person(candidate_id) if (one := self._candidate(id))]
            found = [one for one in found if requisition_id in ("", one.requisition_id)]
        elif requisition_id:
            found = list(self.api.list("candidates", TalentioCandidate, requisitionIds=requisition_id))
            # A 200 does not prove that a filter was used.
            found = [one for one in found if one.requisition_id == requisition_id]
        else:
            raise ValueError("name a candidate, a requisition or both")
        return [translate.application(one) for one in sorted(found, key=lambda one: (str(one.registeredAt), one.id))]

    def interviews(self, *, application_ids: Sequence[str] = (), since: datetime | None = None) -> list[Interview]:
        """Read the 選考 of candidates that are meetings. Without ids nothing: they stand on the candidate only."""
        found = []
        for id in application_ids:
            one = self._candidate(id)
            if one is not None and one.stages is None:
                # Silence here would break promises: the candidate is there, only their meetings are not shown to us.
                raise ATSError("Talentio does not show the 選考 of candidates to this token", permanent=True)
            for stage in (one.stages if one else None) or ():
                meeting = translate.interview(stage, id)
                if meeting is not None:
                    found.append(meeting)
        return sorted(found, key=lambda one: one.id)


def _named(mail: str) -> User:
    """A manager we know by address alone."""
    return User(id=translate.address(mail), name=mail.partition("@")[0], email=mail)
