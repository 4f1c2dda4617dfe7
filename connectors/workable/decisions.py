"""The decision on Workable: a calibration candidate on the job that the manager moves between two stages, or disqualifies.

A job in Workable takes no notes and, by API, no custom values. So the shortlist and the question are comments on the
calibration candidate; the stage is the choice, a number the manager wrote as a comment is the line. The candidate's
timeline says who moved it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from connectors import calibration, replies
from connectors.base import ATSError, Unsupported
from connectors.records import ApprovalRequest, Choice, Decision, Said, ShortlistPost, User
from connectors.refs import carries, carrying
from connectors.replies import Remark
from connectors.workable import translate
from connectors.workable.client import at
from connectors.workable.reads import Reads
from connectors.workable.shapes import Created, WorkableActivity, WorkableCandidate, WorkableJob, WorkableNamed

REVIEW, APPROVED, DECLINED = "review", "approved", "declined"
STAGES = {REVIEW: "Threshold review", APPROVED: "Threshold approved", DECLINED: "Threshold declined"}
NEEDED = (REVIEW, APPROVED)


class Decisions(Reads):
    """Ask for a decision, and read it."""

    def _calibration(self, shortcode: str) -> WorkableCandidate | None:
        address = calibration.address(self.options, shortcode)
        found = (row for row in self._of_address(address) if row.job and row.job.shortcode == shortcode)
        return next(found, None)

    def _ensure_calibration(self, job: WorkableJob) -> WorkableCandidate:
        """Find or create it, tagged, in the review stage: Workable puts a new one among the sourced."""
        found = self._calibration(job.shortcode)
        if found is None:
            person = {
                "name": f"{calibration.FIRST_NAME} {calibration.LAST_NAME}",
                "firstname": calibration.FIRST_NAME,
                "lastname": calibration.LAST_NAME,
                "email": calibration.address(self.options, job.shortcode),
                "headline": "面接確約ラインの確認用（応募者ではありません） / not a person",
                "tags": [calibration.TAG],
            }
            review = self._stage_slug(job.shortcode, REVIEW)
            created = self._create(job.shortcode, person)
            self._move_to(created, review)
            return self._require_candidate(created)
        if found.stage_kind == translate.SOURCED and not found.disqualified:
            self._move_to(found.id, self._stage_slug(job.shortcode, REVIEW))
            return self._require_candidate(found.id)
        return found

    def _create(self, shortcode: str, person: dict[str, Any]) -> str:
        """Create a candidate, `sourced` as by default: one that applied would be thanked by mail.

        https://workable.readme.io/reference/job-candidates-create
        """
        answer = self.spi.write("POST", at("jobs", shortcode, "candidates"), {"candidate": person})
        return new_id(answer.get("candidate"), "candidate")

    def _require_candidate(self, id: str) -> WorkableCandidate:
        found = self._candidate(id)
        if found is None or found.anonymized:
            raise ATSError(f"Workable shows no candidate {id}: deleted or anonymised", status=404, permanent=True)
        return found

    def _stage_slug(self, shortcode: str, purpose: str) -> str:
        """The slug of one of our stages. Stages belong to a job's pipeline; only people can add them."""
        wanted = self.stage_names[purpose]
        for stage in self._stages_of(shortcode):
            if stage.name.strip().casefold() == wanted.casefold():
                return stage.slug
        raise Unsupported(
            Said(
                f"the pipeline of Workable's job {shortcode} has no stage “{wanted}”; an administrator adds it to the"
                " pipeline",
                f"Workable の求人 {shortcode} のパイプラインにステージ「{wanted}」がありません。管理者が追加してください",
            )
        )

    def _move_to(self, candidate_id: str, slug: str) -> None:
        # https://workable.readme.io/reference/move-candidate
        body = {"member_id": self.member_id, "target_stage": slug}
        self.spi.write("POST", at("candidates", candidate_id, "move"), body)

    # Comments.

    def _activities(self, candidate_id: str) -> list[WorkableActivity]:
        """A candidate's timeline, oldest first. https://workable.readme.io/reference/candidate-activities"""
        rows = self.spi.list(at("candidates", candidate_id, "activities"), "activities", WorkableActivity)
        return sorted(rows, key=lambda row: row.created_at)

    def _comment(self, candidate_id: str, text: str, **more: Any) -> str:
        # https://workable.readme.io/reference/create-a-comment
        body = {"member_id": self.member_id, "comment": {"body": text, **more}}
        return new_id(self.spi.write("POST", at("candidates", candidate_id, "comments"), body), "comment")

    def post_shortlist(self, requisition_id: str, post: ShortlistPost) -> str:
        """Comment the shortlist on the calibration candidate unless a comment carrying `post.ref` is there."""
        card = self._ensure_calibration(self._require_job(requisition_id))
        for said in comments(self._activities(card.id)):
            if carries(said.text, post.ref):
                return said.note_id
        return self._comment(card.id, carrying(post.body, post.ref))

    def post_message(self, requisition_id: str, message: str) -> None:
        """Comment a message unless it is the last thing we said there."""
        job = self._require_job(requisition_id)
        if not message.strip():
            return
        card = self._ensure_calibration(job)
        ours = [said.text for said in comments(self._activities(card.id)) if said.user == self.member_id]
        if not ours or ours[-1].strip() != message.strip():
            self._comment(card.id, message)

    # The decision.

    def post_approval_request(self, requisition_id: str, request: ApprovalRequest) -> str:
        """Ask on the calibration candidate, whose id is returned; a second call changes nothing.

        It goes back to the review stage before our comment names the new calibration, so that no earlier approval can
        pass for one of this calibration; a move made in between is older than our comment, and stays one of the
        calibration before. A decision that differs from `request.seen` was made meanwhile: then nothing is written.
        Between our re-read and our write a move can be lost; Workable has no conditional write.
        """
        card = self._ensure_calibration(self._require_job(requisition_id))
        activities = self._activities(card.id)
        stands = self._decision_on(card, activities)
        if replies.heard(comments(activities), ours=self.member_id, mover="")[0] == request.calibration:
            return card.id
        decided = stands.choice is not Choice.PENDING
        if decided and request.seen is not None and _decided(stands) != _decided(request.seen):
            return card.id
        if card.disqualified:
            # https://workable.readme.io/reference/revert-disqualification-candidate
            self.spi.write("POST", at("candidates", card.id, "revert"), {"member_id": self.member_id})
        if card.stage.strip().casefold() != self.stage_names[REVIEW].casefold():
            self._move_to(card.id, self._stage_slug(requisition_id, REVIEW))
        self._comment(card.id, replies.asking(request, self._how()))
        return card.id

    def _how(self) -> Said:
        name = self.stage_names[APPROVED]
        return Said(
            f"To approve, move this card to the stage “{name}”. For another line than the proposed one, write the number"
            " alone as a comment here first (for example 75). A letter alone (A, B, C) asks for that specification"
            " instead. To decline, disqualify the card.",
            f"承認：このカードをステージ「{name}」へ移動してください。提案と異なるラインにする場合は、移動の前に数字だけを"
            "コメントに書いてください（例：75）。要件案を選ぶ場合は、その文字だけ（A・B・C）を書いてください。"
            "見送り：カードを Disqualify してください。",
        )

    def read_decision(self, requisition_id: str) -> Decision | None:
        card = self._calibration(requisition_id)
        if card is not None:
            return self._decision_on(card, self._activities(card.id))
        # Only now: calls are few, and a job that is gone takes its candidates along.
        return Decision(calibration="", choice=Choice.PENDING, line="") if self._job(requisition_id) else None

    def _choice_of(self, card: WorkableCandidate) -> Choice:
        if card.disqualified:
            return Choice.DECLINED
        choices = {REVIEW: Choice.PENDING, APPROVED: Choice.APPROVED, DECLINED: Choice.DECLINED}
        standing = {self.stage_names[purpose].casefold(): choice for purpose, choice in choices.items()}
        if card.stage_kind == translate.SOURCED:
            return Choice.PENDING  # not yet put into review
        return standing.get(card.stage.strip().casefold(), Choice.UNREADABLE)

    def _decision_on(self, card: WorkableCandidate, activities: Sequence[WorkableActivity]) -> Decision:
        choice = self._choice_of(card)
        mover, when = _mover(card, activities)
        said = comments(activities)
        # The timeline gives a name and no address.
        actor = User(id=mover.id, name=mover.name, email="") if mover else None
        if choice is Choice.PENDING:
            # Our own move back to review is nobody's act. A specification is for whoever writes its letter to pick.
            asked, answer = replies.heard(said, ours=self.member_id, mover="")
            theirs = actor if actor and actor.id != self.member_id else None
            return Decision(
                calibration=asked,
                choice=choice,
                line="",
                specification=answer.specification,
                actor=theirs,
                at=when if theirs else None,
            )
        asked, answer = replies.heard(said, ours=self.member_id, mover=mover.id if mover else "", moved_at=when)
        return Decision(
            calibration=asked,
            choice=choice,
            line=answer.line,
            specification=answer.specification,
            actor=actor,
            at=when,
        )


def comments(activities: Sequence[WorkableActivity]) -> list[Remark]:
    """What was commented, oldest first."""
    return [
        Remark(one.id, one.member.id if one.member else "", one.body, one.created_at)
        for one in activities
        if one.action == "comment" and one.body
    ]


def _mover(
    card: WorkableCandidate, activities: Sequence[WorkableActivity]
) -> tuple[WorkableNamed | None, datetime | None]:
    """Who brought the card to where it stands, and when, by its timeline."""
    for one in reversed(activities):
        if card.disqualified:
            if one.action == "disqualified":
                return _known(one.member), one.created_at
        elif one.target_stage is not None:
            here = one.target_stage.name.strip().casefold() == card.stage.strip().casefold()
            return (_known(one.member), one.created_at) if here else (None, None)
    return None, None


def _known(member: WorkableNamed | None) -> WorkableNamed | None:
    return member if member and member.id else None


def _decided(decision: Decision) -> tuple[Any, ...]:
    return (decision.calibration, decision.choice, decision.line, decision.specification)


def new_id(data: Any, what: str) -> str:
    """Take the id out of a create answer. One without an id may still have been applied."""
    try:
        return Created.model_validate(data).id
    except ValueError as problem:
        raise ATSError(f"Workable gave no id for the new {what}", unknown=True) from problem
