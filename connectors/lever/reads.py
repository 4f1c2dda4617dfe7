"""What is read from Lever: requisitions with their postings, teams, people, pipelines, interviews."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors import calibration
from connectors.base import ATSError, Unsupported
from connectors.lever import translate
from connectors.lever.client import DataApi, at, from_millis, millis
from connectors.lever.door import Door
from connectors.lever.shapes import (
    LeverArchiveReason,
    LeverDeleted,
    LeverInterview,
    LeverOpportunity,
    LeverPosting,
    LeverRequisition,
    LeverStage,
    LeverUser,
)
from connectors.records import (
    Application,
    Candidate,
    EventKind,
    HiringTeam,
    Interview,
    JobPosting,
    Page,
    PersonChange,
    Requisition,
    Stage,
    User,
)
from connectors.shape import place_of

MOST_POSTINGS = 200
"""How many changed postings a cursor names; beyond, all requisitions are taken for changed."""


class Reads(Door):
    """The reading side; `lever` is set up by `Lever`."""

    lever: DataApi
    stage_names: dict[str, str]

    def _seen_by(self) -> dict[str, str]:
        # Lever leaves confidential requisitions, postings and opportunities out unless all are asked for.
        return {"confidentiality": self.options.get("confidentiality") or "all"}

    # Requisitions.

    def requisitions_page(self, since: datetime | None, cursor: str = "") -> Page[Requisition]:
        """A page of requisitions changed at or after `since`, or whose postings were.

        Lever has no filter on a requisition's `updatedAt`, so all are listed and the unchanged left out. The text
        stands on the posting, whose change does not move its requisition: postings are listed first, and what they
        say travels in the cursor. Such a requisition carries its posting's time.
        """
        place: dict[str, Any] = {"list": "requisitions"}
        if cursor:
            place = place_of("Lever", cursor)
        elif since is not None:
            place = {"list": "postings"}
        changed: dict[str, int] = place.get("changed", {})
        offset: str = place.get("offset", "")
        if place["list"] == "postings" and since is not None:
            filters = {"updated_at_start": millis(since), **self._seen_by()}
            posts, following = self.lever.page("/postings", LeverPosting, offset, filters)
            changed |= {post.id: int(millis(post.updated_at or post.created_at)) for post in posts}
            if len(changed) > MOST_POSTINGS or "*" in changed:
                changed = {"*": max(changed.values())}
            go_on = {"list": "postings" if following else "requisitions", "offset": following}
            return Page((), json.dumps({**go_on, "changed": changed}))
        rows, following = self.lever.page("/requisitions", LeverRequisition, offset, self._seen_by())
        items = tuple(found for row in rows if (found := _moved(row, changed, since)) is not None)
        rest = json.dumps({"list": "requisitions", "offset": following, "changed": changed}) if following else ""
        return Page(items, rest)

    def requisition(self, id: str) -> Requisition | None:
        found = self._requisition(id)
        return translate.requisition(found) if found else None

    def _requisition(self, id: str) -> LeverRequisition | None:
        return self.lever.one(at("requisitions", id), LeverRequisition)

    def _require_requisition(self, id: str) -> LeverRequisition:
        found = self._requisition(id)
        if found is None:
            raise ATSError(
                f"Lever shows no requisition {id}: it was deleted, or it is confidential and the key may not see it",
                status=404,
                permanent=True,
            )
        return found

    def postings(self, requisition_id: str) -> list[JobPosting]:
        found = self._requisition(requisition_id)
        return [translate.posting(post, requisition_id) for post in self._postings(found)] if found else []

    def _postings(self, requisition: LeverRequisition) -> list[LeverPosting]:
        read = (self.lever.one(at("postings", id), LeverPosting) for id in requisition.postings)
        return [post for post in read if post is not None]

    def hiring_team(self, requisition_id: str) -> HiringTeam:
        """The requisition's hiring manager, else its postings'; its owner, else its postings', as recruiter."""
        found = self._requisition(requisition_id)
        if found is None:
            return HiringTeam()
        managers, owners = [found.hiring_manager], [found.owner]
        if not found.hiring_manager or not found.owner:
            posts = self._postings(found)
            managers += [post.hiring_manager for post in posts]
            owners += [post.owner for post in posts]
        manager = next((one for one in managers if one), "")
        owner = next((one for one in owners if one), "")
        return HiringTeam(managers=self._users(manager), recruiters=self._users(owner))

    def _users(self, *ids: str) -> tuple[User, ...]:
        return tuple(found for id in dict.fromkeys(ids) if id and (found := self._user(id)) is not None)

    def _user(self, id: str) -> User | None:
        found = self.lever.one(at("users", id), LeverUser)
        return translate.user(found) if found else None

    def stages(self, requisition_id: str) -> list[Stage]:
        """The account's stages from the first applicant's on: leads are prospects', and ours are nobody's."""
        found = list(self.lever.list("/stages", LeverStage))
        first = next((number for number, stage in enumerate(found) if stage.id == translate.FIRST_STAGE), 0)
        ours = {name.casefold() for name in self.stage_names.values()}
        pipeline = [stage for stage in found[first:] if stage.text.strip().casefold() not in ours]
        return [Stage(stage.id, stage.text, order) for order, stage in enumerate(pipeline)]

    # People. A person is a contact; all that is told of one stands on their opportunities.

    def _is_calibration(self, one: LeverOpportunity) -> bool:
        return calibration.is_ours(self.options, one.emails, one.tags)

    def _opportunities(self, **filters: str) -> list[LeverOpportunity]:
        asked: dict[str, str | list[str]] = {**filters, **self._seen_by(), "expand": ["applications", "stage"]}
        # A 200 does not prove that a filter was used.
        contact = filters.get("contact_id", "")
        return [
            one
            for one in self.lever.list("/opportunities", LeverOpportunity, asked)
            if not self._is_calibration(one) and (not contact or one.contact == contact)
        ]

    def people_page(self, since: datetime, cursor: str = "") -> Page[PersonChange]:
        """A page of people whose opportunities changed, then of deleted opportunities.

        Lever's list of the deleted names the opportunity alone: unless it names the contact as well, the id of such a
        change is the opportunity's. That two contacts were merged, Lever tells nowhere; the opportunity stays.
        """
        place = place_of("Lever", cursor) if cursor else {"list": "opportunities"}
        offset: str = place.get("offset", "")
        if place["list"] == "opportunities":
            filters = {"updated_at_start": millis(since), **self._seen_by()}
            found, following = self.lever.page("/opportunities", LeverOpportunity, offset, filters)
            changes: dict[str, PersonChange] = {}
            for one in found:
                if one.contact and not self._is_calibration(one):
                    kind = EventKind.CANDIDATE_DELETED if one.is_anonymized else EventKind.CANDIDATE
                    changes[one.contact] = PersonChange(kind, one.contact, one.updated_at or one.created_at)
            go_on = {"list": "opportunities" if following else "deleted", "offset": following}
            return Page(tuple(changes.values()), json.dumps(go_on))
        gone, following = self.lever.page(
            "/opportunities/deleted", LeverDeleted, offset, {"deleted_at_start": millis(since)}
        )
        deleted = tuple(
            PersonChange(EventKind.CANDIDATE_DELETED, one.contact or one.id, one.deleted_at or since) for one in gone
        )
        return Page(deleted, json.dumps({"list": "deleted", "offset": following}) if following else "")

    def candidates(self, since: datetime | None) -> Iterator[Candidate]:
        """Everyone, once per opportunity: a person with several comes as often, as each shows them."""
        filters = {**self._seen_by(), **({"updated_at_start": millis(since)} if since else {})}
        for one in self.lever.list("/opportunities", LeverOpportunity, filters):
            if not self._is_calibration(one) and (found := translate.candidate([one])) is not None:
                yield found

    def candidate(self, id: str) -> Candidate | None:
        return translate.candidate(self._opportunities(contact_id=id))

    def find_candidates(self, *, email: str = "", name: str = "") -> list[Candidate]:
        """Find people by address, exact but for case, the oldest first; `name` narrows what was found.

        By name alone it raises `Unsupported`: Lever has no such search. Compare with `candidates` instead.
        """
        if not email:
            raise Unsupported("Lever cannot find a candidate by name alone, only by e-mail address")
        wanted, people = email.strip().casefold(), _by_contact(self._opportunities(email=email))
        # Lever compares "canonicalized" addresses: what has another one is no match.
        found = [person for own in people if (person := translate.candidate(own)) is not None]
        matching = [one for one in found if wanted in {address.casefold() for address in one.emails}]
        return [one for one in matching if not name or _same_name(one, name)]

    # Pipelines.

    def applications(self, *, candidate_id: str = "", requisition_id: str = "") -> list[Application]:
        """List opportunities of a person, of a requisition's postings, or of both, oldest first."""
        if not candidate_id and not requisition_id:
            raise ValueError("name a candidate, a requisition or both")
        requisition = self._requisition(requisition_id) if requisition_id else None
        if requisition_id and requisition is None:
            return []
        if candidate_id:
            found = self._opportunities(contact_id=candidate_id)
        else:
            assert requisition is not None
            # An archived application is on its posting no more, by Lever's count, but stands in a filter of its own.
            keys = ("posting_id", "archived_posting_id")
            rows = [one for id in requisition.postings for key in keys for one in self._opportunities(**{key: id})]
            found = list({one.id: one for one in rows}.values())
        where = (
            self._requisitions_of(found) if requisition is None else dict.fromkeys(requisition.postings, requisition.id)
        )
        placed = [(one, where.get(_posting_of(one), "")) for one in sorted(found, key=lambda one: one.created_at)]
        hired = self._hired_reasons() if any(one.archived for one in found) else frozenset()
        return [
            translate.application(one, job, hired) for one, job in placed if not requisition_id or job == requisition_id
        ]

    def _requisitions_of(self, found: Iterable[LeverOpportunity]) -> dict[str, str]:
        """Posting → its requisition, an open one first."""
        where: dict[str, str] = {}
        for id in dict.fromkeys(_posting_of(one) for one in found if _posting_of(one)):
            post = self.lever.one(at("postings", id), LeverPosting)
            for code in dict.fromkeys([*post.requisition_codes, post.req_code] if post else []):
                asked = {"requisition_code": code, **self._seen_by()}
                # A 200 does not prove that a filter was used.
                rows = [
                    row
                    for row in self.lever.page("/requisitions", LeverRequisition, filters=asked)[0]
                    if code and id in row.postings
                ]
                for row in sorted(rows, key=lambda row: row.status != "open"):
                    where.setdefault(id, row.id)
        return where

    def _hired_reasons(self) -> frozenset[str]:
        reasons = self.lever.list("/archive_reasons", LeverArchiveReason)
        return frozenset(reason.id for reason in reasons if reason.type == "hired")

    def interviews(self, *, application_ids: Sequence[str] = (), since: datetime | None = None) -> list[Interview]:
        """List the interviews of these opportunities, oldest first.

        Nothing without ids: Lever lists interviews of one opportunity at a time, and rings when they change. An
        interview shows no time of change, so `since` leaves none out.
        """
        found: list[Interview] = []
        for id in application_ids:
            try:
                rows = list(self.lever.list(at("opportunities", id, "interviews"), LeverInterview))
            except ATSError as problem:
                if problem.status != 404:
                    raise
                continue  # deleted, and its interviews with it
            found += [translate.interview(row, id) for row in rows]
        return found


def _moved(row: LeverRequisition, changed: dict[str, int], since: datetime | None) -> Requisition | None:
    """A requisition if it or one of its postings changed, with the later time of the two."""
    found = translate.requisition(row)
    told = [changed[id] for id in ("*", *row.postings) if id in changed]
    if told:
        return replace(found, updated_at=max(found.updated_at, from_millis(max(told))))
    return found if since is None or int(millis(found.updated_at)) >= int(millis(since)) else None


def _by_contact(found: Iterable[LeverOpportunity]) -> list[list[LeverOpportunity]]:
    people: dict[str, list[LeverOpportunity]] = {}
    for one in sorted(found, key=lambda one: one.created_at):
        people.setdefault(one.contact, []).append(one)
    return list(people.values())


def _posting_of(one: LeverOpportunity) -> str:
    return next((application.posting for application in one.applications if application.posting), "")


def _same_name(person: Candidate, name: str) -> bool:
    wanted = "".join(name.casefold().split())
    orders = (person.first_name + person.last_name, person.last_name + person.first_name)
    return wanted in {"".join(order.casefold().split()) for order in orders}
