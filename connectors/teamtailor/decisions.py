"""A manager's decision as Teamtailor shows it: where the calibration candidate's application stands.

Moved out of the inbox it is approved, rejected it is declined; the line stands in a field of the candidate. Which
calibration is asked for stands in another field, with the time since when: what was done before it belongs to earlier
ones. An application does not say who moved it. Activities name a user, but their codes are not documented: only with the
option `move_codes` is the mover read from them, and then the line is left empty: nothing says who filled it in.

https://docs.teamtailor.com/#job-applications, https://docs.teamtailor.com/#activities
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors import calibration
from connectors.base import ATSError
from connectors.records import Choice, Decision, User
from connectors.teamtailor import translate
from connectors.teamtailor.reads import Reads
from connectors.teamtailor.shapes import (
    TeamtailorActivity,
    TeamtailorCandidate,
    TeamtailorCustomField,
    TeamtailorCustomFieldValue,
    TeamtailorJobApplication,
    TeamtailorStage,
    TeamtailorUser,
)

PURPOSES = ("calibration", "line", "message")
TEXT = "CustomField::Text"
AT_ONCE = timedelta(seconds=10)
"""How far an activity and the change it tells of may lie apart."""


def names(options: Mapping[str, str]) -> dict[str, str]:
    """Map each purpose to the name of its candidate field; `field_<purpose>` overrides the default."""
    return {purpose: options.get(f"field_{purpose}") or f"kakuyaku {purpose}" for purpose in PURPOSES}


@dataclass(frozen=True, slots=True)
class Placed:
    """The calibration candidate on its job, with what stands in our fields."""

    person: TeamtailorCandidate
    application: TeamtailorJobApplication | None
    stage: TeamtailorStage | None
    values: Mapping[str, TeamtailorCustomFieldValue]

    def text(self, purpose: str) -> str:
        value = self.values.get(purpose)
        return value.value.strip() if value else ""

    def asked(self) -> tuple[str, datetime | None]:
        """The short id asked for and since when; without the time it is not, or not completely, asked yet."""
        short_id, _, rest = self.text("calibration").partition(" ")
        try:
            return short_id, datetime.fromisoformat(rest.strip("() ")).astimezone(UTC)
        except ValueError:
            return short_id, None


class Decisions(Reads):
    """Reading a decision; `field_names` are set up by `Teamtailor`."""

    field_names: dict[str, str]
    _field_ids: Mapping[str, str] | None = None

    def read_decision(self, requisition_id: str) -> Decision | None:
        """Read where the calibration candidate stands and which line is set."""
        if self._job(requisition_id) is None:
            return None
        return self._decision(self._placed(requisition_id))

    def _decision(self, placed: Placed | None) -> Decision:
        if placed is None:
            return Decision(calibration="", choice=Choice.PENDING, line="")
        short_id, asked_at = placed.asked()
        choice, at = self._act(placed, asked_at)
        line = placed.text("line")
        # A move names its mover; who wrote the line in a field nobody says, so that an approval with one is nobody's.
        is_theirs = at is not None and not (choice is Choice.APPROVED and line)
        return Decision(
            calibration=short_id,
            choice=choice,
            line=line,
            actor=self._mover(placed, at) if at and is_theirs else None,
            at=at,
        )

    def _act(self, placed: Placed, asked_at: datetime | None) -> tuple[Choice, datetime | None]:
        """What was done since the question was asked, and when."""
        application, stage = placed.application, placed.stage
        if application is None or asked_at is None:
            return Choice.PENDING, None
        if application.rejected_at is not None:
            late = application.rejected_at > asked_at
            return (Choice.DECLINED, application.rejected_at) if late else (Choice.PENDING, None)
        moved_at = application.changed_stage_at
        if stage is None or moved_at is None or moved_at <= asked_at or not self._approves(stage):
            return Choice.PENDING, None
        return Choice.APPROVED, moved_at

    def _approves(self, stage: TeamtailorStage) -> bool:
        wanted = self.options.get("approved_stage", "").strip().casefold()
        return stage.name.strip().casefold() == wanted if wanted else stage.stage_type.casefold() != translate.INBOX

    @property
    def move_codes(self) -> frozenset[str]:
        return frozenset(code.strip() for code in self.options.get("move_codes", "").split(",") if code.strip())

    def _mover(self, placed: Placed, at: datetime) -> User | None:
        codes = self.move_codes
        if not codes:
            return None
        asked = {"filter[candidate]": placed.person.id, "include": "user"}
        movers = {
            found.user_id
            for found in self.api.list("activities", TeamtailorActivity, **asked)
            if found.code in codes and abs(found.created_at - at) <= AT_ONCE
        }
        # Two people within seconds: nobody is known to have acted.
        known = self.api.find(f"users/{movers.pop()}", TeamtailorUser) if len(movers) == 1 and all(movers) else None
        return translate.user(known) if known else None

    # The made-up candidate.

    def _calibration_person(self, job_id: str) -> TeamtailorCandidate | None:
        address = calibration.address(self.options, job_id)
        found = [one for one in self._by_address(address) if one.email.casefold() == address.casefold()]
        return min(found, key=lambda one: int(one.id), default=None)

    def _placed(self, job_id: str) -> Placed | None:
        person = self._calibration_person(job_id)
        return self._where(person, job_id) if person else None

    def _where(self, person: TeamtailorCandidate, job_id: str) -> Placed:
        path = f"candidates/{person.id}/job-applications"
        page = self.api.page(path, TeamtailorJobApplication, include="job,stage")
        mine = next((one for one in page.items if one.job_id == job_id), None)
        stage = page.related("stages", mine.stage_id, TeamtailorStage) if mine else None
        return Placed(person, mine, stage, self._values(person.id))

    def _values(self, candidate_id: str) -> dict[str, TeamtailorCustomFieldValue]:
        """Our fields of a candidate, by purpose."""
        ids = {id: purpose for purpose, id in self._ids_of_fields().items()}
        path = f"candidates/{candidate_id}/custom-field-values"
        found = self.api.list(path, TeamtailorCustomFieldValue, include="custom-field")
        return {ids[one.custom_field_id]: one for one in found if one.custom_field_id in ids}

    def _ids_of_fields(self) -> Mapping[str, str]:
        """Our fields' ids by purpose; looked up again while one is missing."""
        if self._field_ids is None or len(self._field_ids) < len(PURPOSES):
            standing = {found.name.strip().casefold(): found for found in self._standing_fields()}
            self._field_ids = {
                purpose: standing[name.casefold()].id
                for purpose, name in self.field_names.items()
                if name.casefold() in standing
            }
        return self._field_ids

    def _standing_fields(self) -> list[TeamtailorCustomField]:
        ours = {name.casefold() for name in self.field_names.values()}
        return [
            found
            for found in self.api.list("custom-fields", TeamtailorCustomField)
            if found.name.strip().casefold() in ours
        ]

    def _field_id(self, purpose: str) -> str:
        found = self._ids_of_fields().get(purpose)
        if found is None:
            raise ATSError(
                f"Teamtailor has no candidate field {self.field_names[purpose]!r}; run connect again, it creates it",
                permanent=True,
            )
        return found
