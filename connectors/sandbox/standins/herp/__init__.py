"""A stand-in for HERP Hire, built from its API documentation (1.5.0), its help page and what public clients recorded.

`/v1/…` as https://public-api.herp.cloud/hire/v1/…: pages of 100 with `hasNextPage`, JST times, 100 requests a minute per
tenant, no webhooks. What no vendor page shows (fields of a 職種, the author of a comment, the body that creates a
candidacy) is as docs/herp.md says it is assumed. A 応募 is person and application in one, so both have one id here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from connectors.sandbox.kit import CALIBRATION_TAG, Note, Placement
from connectors.sandbox.standins.herp.wire import KEY, HerpWire


class HerpStandIn(HerpWire):
    """A tenant whose recruiters register a calibration candidacy with each 職種, as docs/herp.md asks them to."""

    name: ClassVar[str] = "herp"
    title: ClassVar[str] = "HERP Hire"
    tells_deletions: ClassVar[bool] = False
    confidential_jobs: ClassVar[bool] = False
    # 職種; candidacies, of which each 職種 has one more for its calibration.
    lists: ClassVar[tuple[tuple[str, int], ...]] = (("requisitions", 100), ("people", 100), ("requisitions", 100))
    rings_at_all: ClassVar[bool] = False

    _earlier = ""  # the archived 職種 of those HERP knows from before

    def connection(self) -> dict[str, dict[str, str]]:
        # As a customer who has had the writes confirmed by HERP.
        options = {"create_candidacies": "yes", "move_steps": "yes", "recruiters": self.recruiter.email}
        return {"credentials": {"api_key": KEY}, "options": {**self.hurry(), **options}}

    # People acting in HERP's own pages.

    def create_requisition(self, **how: Any) -> str:
        with self.world.whole():
            id = super().create_requisition(**how)
            self.ask_here(id)
            return id

    def ask_here(self, requisition_id: str, operators: Sequence[str] | None = None) -> str:
        """Register the calibration candidacy by hand, the hiring manager as its 担当者; return its id."""
        job = self.world.jobs[requisition_id]
        asked = list(job.manager_ids if operators is None else operators)
        with self.world.whole():
            person = self.world.add_person("要件すり合わせ", "kakuyaku", by=self.recruiter.id, tags=[CALIBRATION_TAG])
            return self._enter(person, requisition_id, "entry", by=self.recruiter.id, operators=asked).id

    def add_person(self, first_name: str, last_name: str, email: str, **more: Any) -> str:
        """Somebody HERP knows: an ended candidacy on an archived 職種, for it keeps nobody without one."""
        with self.world.whole():
            if not self._earlier:
                self._earlier = self.world.add_job("以前の募集", "closed", by=self.recruiter.id).id
            person = self.world.add_person(first_name, last_name, emails=[email], by=self.recruiter.id, **more)
            one = self._enter(person, self._earlier, "resumeScreening", by=self.recruiter.id)
            self.world.set_status(one.id, "rejected", by=self.recruiter.id)
            return one.id

    def merge_people(self, old: str, into: str) -> None:
        """HERP merges nobody: the duplicate is deleted."""
        self.delete_person(old)

    def delete_person(self, person_id: str) -> None:
        self._sorted.clear()
        super().delete_person(person_id)

    def decide(self, requisition_id: str, choice: str, line: str = "", *, by: str = "", days: str = "") -> None:
        """Comment on the calibration candidacy, mentioning nobody."""
        words = {"approve": f"承認 {line}".strip(), "decline": "見送り", "pending": "取り消し"}[choice]
        self.comment(requisition_id, words, by=by, choice=choice, line=line)

    def comment(self, requisition_id: str, body: str, *, by: str = "", **extra: Any) -> None:
        """Say anything on the calibration candidacy's timeline."""
        with self.world.whole():
            place = self.calibration_candidacy(requisition_id)
            if place is None:
                raise LookupError("this 職種 has no calibration candidacy")
            self.world.add_note(("application", place.id), body, by=by or self.manager.id, **extra)

    # Looking.

    def calibration_candidacy(self, requisition_id: str) -> Placement | None:
        people = self.world.people
        return next(
            (one for one in self.world.on_job(requisition_id) if CALIBRATION_TAG in people[one.person_id].tags), None
        )

    def _timeline(self, requisition_id: str) -> tuple[str, list[Note]]:
        """The calibration last asked about, and the comments since."""
        place = self.calibration_candidacy(requisition_id)
        asked = ""
        since: list[Note] = []
        for note in self.world.notes_on("application", place.id) if place else []:
            found = re.search(r"\[kakuyaku asks ([\w-]+)\]", note.body)
            asked, since = (found[1], []) if found else (asked, [*since, note])
        return asked, since

    def asked(self, requisition_id: str) -> str:
        return self._timeline(requisition_id)[0]

    def decision_there(self, requisition_id: str) -> tuple[str, str]:
        asked, since = self._timeline(requisition_id)
        said = [note.extra for note in since if "choice" in note.extra]
        if not asked:
            return "", ""
        return (said[-1]["choice"], said[-1]["line"]) if said else ("pending", "")
