"""What is read from HERP Hire: 職種, 応募 and 選考予定. It sends no webhooks, so all of it is listed and looked at again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from connectors.base import ATSError, Connector
from connectors.book import FRESH, Book, Known
from connectors.herp import translate
from connectors.herp.hire import Hire
from connectors.herp.shapes import HerpCandidacy, HerpContact, HerpRequisition, HerpUser
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

LATEST_FIRST = {"sort": "stepUpdatedAt", "direction": "desc"}
CHANGED_FIRST = {"sort": "updatedAt", "direction": "desc"}


PAGE, PLACE = "page", "place"
"""What the book remembers hints of: the page a 職種 was last seen on, and its calibration candidacy."""


class Reads(Connector):
    """The reading side; `hire` and `book` are set up by `Herp`."""

    hire: Hire
    book: Book
    description_fields: tuple[str, ...]
    # What HERP has to confirm to the customer first: these calls and fields are known from no vendor page.
    creates: bool
    moves: bool
    authors_known: bool
    _members_read: tuple[float, dict[str, User]] | None = None

    # 職種. https://public-api.herp.cloud/hire/public/doc: GET /v1/requisitions is a list only; there is no single read.

    def requisitions_page(self, since: datetime | None, cursor: str = "") -> Page[Requisition]:
        """A page of 職種, last changed first, so that the list ends where `since` begins. The cursor is a page number."""
        number = int(cursor or 1)
        found, more = self._requisitions(number)
        wanted = [one for one in found if since is None or one.updatedAt is None or one.updatedAt >= since]
        following = more and (len(wanted) == len(found) if since else True)
        items = tuple(translate.requisition(one, self.description_fields) for one in wanted)
        return Page(items, str(number + 1) if following else "")

    def _requisitions(self, number: int) -> tuple[tuple[HerpRequisition, ...], bool]:
        found, more = self.hire.page("requisitions", HerpRequisition, number, **CHANGED_FIRST)
        self.book.hints |= {(PAGE, one.id): str(number) for one in found}
        return found, more

    def requisition(self, id: str) -> Requisition | None:
        """Look for a 職種 in the list: first on the page where it was last seen and the next, then on all.

        One that changes while we turn pages jumps to the first page, so that is looked at again before it counts as
        gone.
        """
        more: dict[int, bool] = {}  # page looked at → whether another follows

        def on(number: int) -> HerpRequisition | None:
            found, more[number] = self._requisitions(number)
            return next((one for one in found if one.id == id), None)

        hint = int(self.book.hints.get((PAGE, id), "1"))
        found = on(hint) or (on(hint + 1) if hint > 1 and more[hint] else None)
        number = 1
        while found is None:
            if number not in more:
                found = on(number)
            if not more[number]:
                break
            number += 1
        if found is None and number > 1:
            found = on(1)
        return translate.requisition(found, self.description_fields) if found else None

    def hiring_team(self, requisition_id: str) -> HiringTeam:
        """The 担当者 of the calibration candidacy as managers; recruiters are the option `recruiters`.

        HERP's API shows nobody on a 職種 itself.
        """
        place = self.calibration_candidacy(requisition_id)
        asked = place.operators if place else []
        recruiters = [part.strip() for part in self.options.get("recruiters", "").split(",") if part.strip()]
        if not asked and not recruiters:
            return HiringTeam()
        members = self._members()
        known = members | {one.email: one for one in members.values() if one.email}
        return HiringTeam(
            managers=tuple(known[id] for id in asked if id in known and id not in recruiters),
            recruiters=tuple(known[name] for name in recruiters if name in known),
        )

    def _members(self) -> dict[str, User]:
        """Everybody in the tenant by id, at most a minute old."""
        at = self.timekeeper.now()
        if self._members_read is None or at - self._members_read[0] > FRESH:
            users = {one.id: translate.user(one) for one in self.hire.list("users", HerpUser)}
            self._members_read = (at, users)
        return self._members_read[1]

    def stages(self, requisition_id: str) -> list[Stage]:
        return list(translate.STAGES)

    # 応募. A candidacy is both the person and the application: HERP has no person apart from it.

    def _known(self, number: int) -> tuple[list[Known], bool]:
        """A page for the book: entering a candidacy counts as the first move of its step."""
        found, more = self.hire.page("candidacies", HerpCandidacy, number, **LATEST_FIRST)
        page = [
            Known(
                translate.candidate(one),
                one.appliedAt,
                translate.moved_at(one),
                translate.is_calibration(self.options, one),
            )
            for one in found
        ]
        return page, more

    def people_page(self, since: datetime, cursor: str = "") -> Page[PersonChange]:
        """A page of candidacies whose step moved (entering counts), last moved first. The cursor is a page number.

        Neither an edited profile nor a deletion can be listed; a deleted candidacy is found gone when it is read.
        """
        number = int(cursor or 1)
        found, more = self.hire.page("candidacies", HerpCandidacy, number, **LATEST_FIRST)
        moved = [(translate.moved_at(one), one) for one in found]
        items = tuple(
            PersonChange(EventKind.CANDIDATE, one.id, at or since)
            for at, one in moved
            if (at is None or at >= since) and not translate.is_calibration(self.options, one)
        )
        following = more and all(at is None or at >= since for at, _ in moved)
        return Page(items, str(number + 1) if following else "")

    def candidates(self, since: datetime | None) -> Iterator[Candidate]:
        for one in self.hire.list("candidacies", HerpCandidacy, **LATEST_FIRST):
            at = translate.moved_at(one)
            if since is not None and at is not None and at < since:
                return
            if not translate.is_calibration(self.options, one):
                yield translate.candidate(one)

    def candidate(self, id: str) -> Candidate | None:
        """Read a candidacy as the person it is about; the mail address, which only the list shows, is the book's."""
        one = self.hire.one("candidacies", HerpCandidacy, id)
        if one is None:
            self.book.forget(id)
            return None
        if translate.is_calibration(self.options, one):
            return None
        self.book.look(self._known)
        return self.book.candidate(id) or translate.candidate(one)

    def find_candidates(self, *, email: str = "", name: str = "") -> list[Candidate]:
        """Find people by address or name in our own book of the list, which HERP cannot search.

        Several candidacies under one address are one person: the newest stands for them, and `applications` shows all.
        """
        self.book.look(self._known)
        return self.book.found(email=email, name=name)

    def applications(self, *, candidate_id: str = "", requisition_id: str = "") -> list[Application]:
        """List the candidacies of a person (all under their address), of a 職種, or of both, oldest first."""
        if candidate_id:
            self.book.look(self._known)
            found = [one for id in self.book.of_same_person(candidate_id) if (one := self._candidacy(id))]
            found = [one for one in found if requisition_id in ("", one.requisitionId)]
        elif requisition_id:
            found = list(self.hire.list("candidacies", HerpCandidacy, requisitionId=requisition_id))
        else:
            raise ValueError("name a candidate, a requisition or both")
        real = [one for one in found if not translate.is_calibration(self.options, one)]
        return [translate.application(one) for one in sorted(real, key=lambda one: (str(one.appliedAt), one.id))]

    def _candidacy(self, id: str) -> HerpCandidacy | None:
        """Read a candidacy afresh. Why one ended is shown by the list alone."""
        one = self.hire.one("candidacies", HerpCandidacy, id)
        if one is None:
            self.book.forget(id)
        elif one.status == "terminated" and not one.terminationReason:
            ended = self.hire.list("candidacies", HerpCandidacy, requisitionId=one.requisitionId, status="terminated")
            return next((found for found in ended if found.id == id), one)
        return one

    def interviews(self, *, application_ids: Sequence[str] = (), since: datetime | None = None) -> list[Interview]:
        """Read the 選考予定 of candidacies. Without ids nothing: HERP lists them below a candidacy only.

        `GET /v1/candidacies/{id}/contacts` and where its times stand are known from public clients' recorded answers.
        """
        found = []
        for id in application_ids:
            contacts = self.hire.below(id, "contacts", HerpContact)
            if contacts is None and self.hire.one("candidacies", HerpCandidacy, id) is not None:
                # Silence here would break promises: the candidacy is there, only its meetings are not shown to us.
                raise ATSError("HERP Hire does not show the 選考予定 of candidacies to this API key", permanent=True)
            meetings = [translate.interview(contact, id) for contact in contacts or ()]
            found += [meeting for meeting in meetings if meeting is not None]
        return sorted(found, key=lambda one: one.id)

    # The calibration candidacy: the place where a manager is asked.

    def calibration_candidacy(self, requisition_id: str) -> HerpCandidacy | None:
        """The candidacy we ask on, None while a 職種 has none. The oldest, should somebody have made several."""
        known = self.book.hints.get((PLACE, requisition_id))
        if known:
            one = self.hire.one("candidacies", HerpCandidacy, known)
            if one is not None and one.requisitionId == requisition_id and one.status == "active":
                return one
            self.book.hints.pop((PLACE, requisition_id), None)
        listed = self.hire.list("candidacies", HerpCandidacy, requisitionId=requisition_id, status="active")
        ours = [one for one in listed if translate.is_calibration(self.options, one)]
        if not ours:
            return None
        oldest = min(ours, key=lambda one: (str(one.appliedAt), one.id))
        self.book.hints[PLACE, requisition_id] = oldest.id
        return oldest
