"""A manager's decision as Ashby shows it: a submitted form, or where the calibration candidate was moved to.

Both say who did it: a form's `submittedByUser`, a move's `actorId`. Which calibration is asked for stands in a field of
the job, with the time since when: what was done before it belongs to earlier ones.

https://developers.ashbyhq.com/reference/applicationfeedbacklist,
https://developers.ashbyhq.com/reference/applicationlisthistory
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from connectors import calibration, choices
from connectors.ashby import fields, translate
from connectors.ashby.reads import Reads
from connectors.ashby.shapes import (
    AshbyApplicationHistory,
    AshbyCandidate,
    AshbyFeedback,
    AshbyFormDefinition,
    AshbyJob,
    AshbyUser,
)
from connectors.records import Choice, Decision, User

# What a field of the approval form is called, in either language (`Decision / 判断` is both).
FORM: Mapping[str, frozenset[str]] = {
    "decision": frozenset({"decision", "判断"}),
    "line": frozenset({"line", "interview line", "面接確約ライン"}),
    "meeting": frozenset({"meeting", "内容"}),
    "days": frozenset({"business days", "days", "営業日数"}),
    "specification": frozenset({"specification", "要件案"}),
}


class Decisions(Reads):
    """Reading a decision; `Ashby` sets up the titles of our job fields, and of the stages that decide."""

    field_titles: dict[str, str]
    deciding_stages: Mapping[str, Choice]
    placed: dict[str, str]
    """The calibration application of each job, once known: open questions are read again and again."""

    def read_decision(self, requisition_id: str) -> Decision | None:
        """Read the newest act since the question was asked; the hiring managers' come before anybody else's."""
        job = self._job(requisition_id)
        return self._decision(job) if job else None

    def _decision(self, job: AshbyJob) -> Decision:
        short_id, asked_at = fields.read_standing(fields.value_of(job.custom_fields, self.field_titles["calibration"]))
        nothing = Decision(calibration=short_id, choice=Choice.PENDING, line="")
        # Without its time the field was changed by hand: then no act is known to be of this calibration.
        application_id = self._decided_on(job.id) if asked_at else ""
        if not application_id or asked_at is None:
            return nothing
        acts = [*self._forms(application_id, short_id, asked_at), *self._moves(application_id, short_id, asked_at)]
        managers = {one.user_id for one in job.hiring_team if one.role.casefold() == self.manager_role.casefold()}
        return max(
            acts,
            key=lambda act: (act.actor is not None and act.actor.id in managers, act.at or asked_at),
            default=nothing,
        )

    def _forms(self, application_id: str, short_id: str, asked_at: datetime) -> Iterator[Decision]:
        for form in self.rpc.list("applicationFeedback.list", AshbyFeedback, {"applicationId": application_id}):
            late = form.submitted_at is not None and form.submitted_at > asked_at
            if late and form.application_id == application_id and path_of(form.form_definition, "decision"):
                yield Decision(
                    calibration=short_id,
                    choice=choices.choice(_answer(form, "decision")),
                    line=_answer(form, "line"),
                    meeting=_answer(form, "meeting"),
                    days=_answer(form, "days"),
                    specification=_answer(form, "specification"),
                    actor=translate.user(form.submitted_by_user) if form.submitted_by_user else None,
                    at=form.submitted_at,
                )

    def _moves(self, application_id: str, short_id: str, asked_at: datetime) -> Iterator[Decision]:
        """The stage the candidate stands in, if it is one that decides: it approves the proposed line."""
        if not self.deciding_stages:
            return
        body = {"applicationId": application_id}
        history = list(self.rpc.list("application.listHistory", AshbyApplicationHistory, body))
        last = max(history, key=lambda one: one.stage_number, default=None)
        choice = self.deciding_stages.get(last.title.strip().casefold()) if last else None
        if last is not None and choice is not None and last.entered_stage_at > asked_at:
            yield Decision(short_id, choice, line="", actor=self._user(last.actor_id), at=last.entered_stage_at)

    def _user(self, id: str) -> User | None:
        """Who acted. Somebody Ashby shows no more is still somebody else than the manager."""
        if not id:
            return None
        found = self.rpc.find("user.info", AshbyUser, {"userId": id})
        return translate.user(found) if found else User(id, "", "", active=False)

    def _decided_on(self, job_id: str) -> str:
        """The application decisions on this job are made on, "" while there is none."""
        if job_id not in self.placed:
            person = self._calibration_person(job_id)
            found = self._calibration_application(person, job_id) if person else ""
            if not found:
                return ""
            self.placed[job_id] = found
        return self.placed[job_id]

    def _calibration_person(self, job_id: str) -> AshbyCandidate | None:
        address = calibration.address(self.options, job_id)
        found = self.rpc.unpaged("candidate.search", AshbyCandidate, {"email": address})
        own = [one for one in found if address.casefold() in {each.casefold() for each in translate.addresses(one)}]
        return min(own, key=lambda one: (one.created_at or datetime.max.replace(tzinfo=UTC), one.id), default=None)

    def _calibration_application(self, person: AshbyCandidate, job_id: str) -> str:
        # Made for one job, it stands on that job unless a person put it on others as well.
        if len(person.application_ids) == 1:
            return person.application_ids[0]
        found = (self._application(id) for id in person.application_ids)
        return next((one.id for one in found if one and one.job.id == job_id), "")


def path_of(form: AshbyFormDefinition | None, purpose: str) -> str:
    """Where a form keeps the field of a purpose, "" where it has none."""
    for section in form.sections if form else []:
        for place in section.fields:
            names = {part.strip().casefold() for part in re.split(r"[/／]", place.field.title)}
            if names & FORM[purpose]:
                return place.field.path
    return ""


def _answer(form: AshbyFeedback, purpose: str) -> str:
    """What was answered, as text; the label of an option rather than its value."""
    path = path_of(form.form_definition, purpose)
    value = form.submitted_values.get(path) if path else None
    for section in form.form_definition.sections if form.form_definition else []:
        for place in section.fields:
            if place.field.path == path:
                for option in place.field.selectable_values:
                    if option.value == value and option.label:
                        return option.label
    return fields.as_text(value).strip()
