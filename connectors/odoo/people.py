"""What is read of people: applicants, who in Odoo 19 are a person and an application in one record.

A person on two jobs is two applicants with one address (Odoo counts them as similar by `email_normalized`). So any
applicant's id names the person; by address the oldest one is given, and a person's applications are those of the address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from connectors.base import ATSError
from connectors.odoo.json2 import PER_PAGE, Domain, is_id, moment
from connectors.odoo.reads import Reads
from connectors.odoo.shapes import HrApplicant, HrApplicantCategory, HrRecruitmentStage
from connectors.records import (
    Application,
    ApplicationStatus,
    Candidate,
    EventKind,
    Page,
    PersonChange,
)

_STATUS = {
    "ongoing": ApplicationStatus.ACTIVE,
    "hired": ApplicationStatus.HIRED,
    # Archived without a reason is an end as well.
    "refused": ApplicationStatus.REJECTED,
    "archived": ApplicationStatus.REJECTED,
}
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


class People(Reads):
    """The reading side of applicants."""

    def people_page(self, since: datetime, cursor: str = "") -> Page[PersonChange]:
        """Read a page of applicants written at or after `since`. A deleted one is in no list: it rings, or is missed.

        One whose name and address were emptied is anonymised, which is told as deleted.
        """
        if not is_id(cursor or "0"):
            raise ATSError("this is no cursor of ours; the list starts anew", permanent=True)
        domain = [["write_date", ">=", moment(since)], ["id", ">", int(cursor or 0)]]
        found = self.odoo.page(HrApplicant, domain)
        changes = tuple(
            PersonChange(
                EventKind.CANDIDATE_DELETED if _anonymised(one) else EventKind.CANDIDATE, str(one.id), one.write_date
            )
            for one in found
        )
        return Page(changes, str(found[-1].id) if len(found) == PER_PAGE else "")

    def candidates(self, since: datetime | None) -> Iterator[Candidate]:
        """Every applicant; somebody on two jobs comes twice, under the same address."""
        changed: Domain = [["write_date", ">=", moment(since)]] if since else []
        names: dict[int, str] = {}
        for one in self.odoo.all(HrApplicant, changed):
            if not _anonymised(one):
                yield self.person(one, names)

    def candidate(self, id: str) -> Candidate | None:
        found = self.odoo.one(HrApplicant, id)
        return self.person(found, {}) if found and not _anonymised(found) else None

    def find_candidates(self, *, email: str = "", name: str = "") -> list[Candidate]:
        """Find people by address (normalised, exact) or by whole name, the oldest applicant of each address."""
        if email:
            found = [one for one in self.same_address(email) if not name or _same_name(one.partner_name, name)]
        elif name:
            found = self._called(name)
        else:
            raise ValueError("name an address, a name or both")
        oldest: dict[str, HrApplicant] = {}
        for one in found:
            oldest.setdefault(one.email_normalized or f"#{one.id}", one)
        names: dict[int, str] = {}
        return [self.person(one, names) for one in oldest.values()]

    def same_address(self, email: str) -> list[HrApplicant]:
        """Every applicant with this address, oldest first. Odoo keeps a normalised copy of it, in lower case."""
        wanted = email.strip().lower()
        found = self.odoo.all(HrApplicant, [["email_normalized", "=", wanted]]) if wanted else ()
        # What is equal to Odoo is compared again: a 200 is no proof that a filter was used.
        return [one for one in found if one.email_normalized.lower() == wanted]

    def _called(self, name: str) -> list[HrApplicant]:
        parts = name.replace("\u3000", " ").split()
        # A name may be kept with or without blanks: any between the letters, compared exactly below.
        forms = {"%".join(_literally(letter) for letter in "".join(order)) for order in (parts, parts[::-1])}
        domain: list[object] = ["|"] * (len(forms) - 1)
        domain += [["partner_name", "=ilike", form] for form in sorted(forms)]
        return [one for one in self.odoo.all(HrApplicant, domain) if _same_name(one.partner_name, name)]

    def applications(self, *, candidate_id: str = "", requisition_id: str = "") -> list[Application]:
        """List the applications of a person, on a requisition, or both, oldest first; talents of a pool are none."""
        domain: list[object] = [["talent_pool_ids", "=", False]]
        domain.append(["job_id", "=", int(requisition_id)] if is_id(requisition_id) else ["job_id", "!=", False])
        if candidate_id:
            person = self.odoo.one(HrApplicant, candidate_id)
            if person is None:
                return []
            same = ["|", ["email_normalized", "=", person.email_normalized]] if person.email_normalized else []
            domain += [*same, ["id", "=", person.id]]
        elif not requisition_id:
            raise ValueError("name a candidate, a requisition or both")
        found = list(self.odoo.all(HrApplicant, domain))
        stages = self._stage_names(found)
        return [self._application(one, stages, candidate_id) for one in found]

    def _stage_names(self, applicants: Iterable[HrApplicant]) -> dict[int, str]:
        ids = sorted({one.stage_id for one in applicants if one.stage_id})
        return {one.id: one.name for one in self.odoo.all(HrRecruitmentStage, [["id", "in", ids]])} if ids else {}

    def _application(self, one: HrApplicant, stages: dict[int, str], candidate_id: str) -> Application:
        # Without a status of Odoo's that we know, an archived record is not taken for a live one.
        status = _STATUS.get(one.application_status, ApplicationStatus.REJECTED)
        return Application(
            id=str(one.id),
            candidate_id=candidate_id or str(one.id),
            requisition_id=str(one.job_id),
            status=status,
            stage=stages.get(one.stage_id or 0, ""),
            rejected_at=(one.refuse_date or one.write_date) if status is ApplicationStatus.REJECTED else None,
            last_activity_at=one.write_date,
        )

    def person(self, one: HrApplicant, names: dict[int, str]) -> Candidate:
        """Translate an applicant; `names` remembers the names of tags between calls."""
        lacking = sorted(set(one.categ_ids) - set(names))
        if lacking:
            names |= {tag.id: tag.name for tag in self.odoo.all(HrApplicantCategory, [["id", "in", lacking]])}
        first, last = split(one.partner_name)
        return Candidate(
            id=str(one.id),
            first_name=first,
            last_name=last,
            emails=(one.email_from,) if one.email_from else (),
            phones=(one.partner_phone,) if one.partner_phone else (),
            tags=tuple(names[id] for id in one.categ_ids if id in names),
            do_not_contact=one.is_blacklisted,
            updated_at=one.write_date,
        )


def split(name: str) -> tuple[str, str]:
    """Odoo has one field for a name: (given, family). Written in Japanese the family name comes first."""
    parts = name.replace("\u3000", " ").split()
    if len(parts) < 2:
        return "", name.strip()
    if _JAPANESE.search(name):
        return " ".join(parts[1:]), parts[0]
    return " ".join(parts[:-1]), parts[-1]


def joined(first: str, last: str) -> str:
    """Write a name as its language does; the other way round than `split`."""
    order = (last, first) if _JAPANESE.search(first + last) else (first, last)
    return " ".join(part for part in order if part)


def _anonymised(one: HrApplicant) -> bool:
    return not one.partner_name.strip() and not one.email_from.strip()


def _literally(text: str) -> str:
    return re.sub(r"([\\%_])", r"\\\1", text)


def _same_name(theirs: str, name: str) -> bool:
    first, last = split(theirs)
    wanted = "".join(name.casefold().split())
    return wanted in {"".join(both.casefold().split()) for both in (first + last, last + first)}
