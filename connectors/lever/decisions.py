"""The decision on Lever: a calibration opportunity that the manager moves between two stages of ours, or archives.

A requisition in Lever takes no notes, and writing one of its custom fields means replacing the whole requisition (PUT
deletes what is left out), racing whoever edits it meanwhile. So nothing is ever written on a requisition. The calibration
opportunity stands on its posting; our asking note names the calibration, the stage is the choice, and a number the
manager wrote as a note is the line. `stageChanges` says who moved it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from connectors import calibration, replies
from connectors.base import ATSError, Unsupported
from connectors.lever import translate
from connectors.lever.client import at
from connectors.lever.reads import Reads
from connectors.lever.shapes import Created, LeverNote, LeverOpportunity, LeverPosting, LeverRequisition, LeverStage
from connectors.records import ApprovalRequest, Choice, Decision, Said, ShortlistPost, User
from connectors.refs import carries, carrying
from connectors.replies import Remark

REVIEW, APPROVED, DECLINED = "review", "approved", "declined"
STAGES = {REVIEW: "Threshold review", APPROVED: "Threshold approved", DECLINED: "Threshold declined"}
NEEDED = (REVIEW, APPROVED)
NO_TIME = datetime.min.replace(tzinfo=UTC)


class Decisions(Reads):
    """Ask for a decision, and read it."""

    perform_as: str

    # The calibration opportunity.

    def _calibration(self, requisition: LeverRequisition) -> LeverOpportunity | None:
        """Find it by its address; of several, the one on a posting the requisition has now.

        Lever compares "canonicalized" addresses. Should that drop the plus part, the cards of all requisitions share one
        contact and its addresses: then only its posting tells one from another.
        """
        address = calibration.address(self.options, requisition.id)
        asked = {"email": address, "expand": ["applications", "stage"], **self._seen_by()}
        found = []
        for one in self.lever.list("/opportunities", LeverOpportunity, asked):
            whose = {calibration.requisition_of(self.options, given) for given in one.emails}
            here = self._is_calibration(one) and _stands_on(one, requisition)
            if here or whose == {requisition.id.casefold()}:
                found.append((not here, one.created_at, one))
        return min(found, key=lambda row: row[:2])[2] if found else None

    def _ensure_calibration(self, requisition: LeverRequisition) -> LeverOpportunity:
        """Find or create it, in the review stage, tagged, followed by the hiring manager so that they see it."""
        found = self._calibration(requisition)
        if found is not None:
            return found
        body: dict[str, Any] = {
            "name": translate.whole_name(calibration.FIRST_NAME, calibration.LAST_NAME),
            "headline": "面接確約ラインの確認用（応募者ではありません） / not a person",
            "emails": [calibration.address(self.options, requisition.id)],
            "postings": [self._posting_for(requisition)],
            "stage": self._stage_id(REVIEW),
            "tags": [calibration.TAG],
            "origin": "sourced",
        }
        if requisition.hiring_manager:
            body["followers"] = [requisition.hiring_manager]
        # https://hire.lever.co/developer/documentation#create-an-opportunity
        created = new_id(self.lever.write("POST", "/opportunities", perform_as=self.perform_as, body=body), "card")
        standing = self.lever.one(at("opportunities", created), LeverOpportunity, {"expand": ["applications", "stage"]})
        if standing is None:
            raise ATSError("Lever does not show the calibration opportunity it has just made", unknown=True)
        return standing

    def _posting_for(self, requisition: LeverRequisition) -> str:
        """The posting a candidacy enters by: exactly one is allowed. A published one, else an internal one, else the first."""
        if not requisition.postings:
            shown = requisition.requisition_code or requisition.id
            raise Unsupported(
                Said(
                    f"Lever's requisition {shown} has no posting, so nobody can be put on it; attach a posting to it in"
                    " Lever",
                    f"Lever の requisition {shown} に posting がないため、候補者を登録できません。Lever で posting を紐づけてください",
                )
            )
        if len(requisition.postings) == 1:
            return requisition.postings[0]
        rank = {"published": 0, "internal": 1}
        posts: list[LeverPosting] = self._postings(requisition)
        posts.sort(key=lambda post: rank.get(post.state, 2))
        return posts[0].id if posts else requisition.postings[0]

    def _stage_id(self, purpose: str) -> str:
        """The id of one of our stages. Stages belong to the account; only an administrator can add one, by hand."""
        wanted = self.stage_names[purpose]
        for stage in self.lever.list("/stages", LeverStage):
            if stage.text.strip().casefold() == wanted.casefold():
                return stage.id
        raise Unsupported(
            Said(
                f"the Lever account has no stage “{wanted}”; a Super Admin adds it in Lever's settings",
                f"Lever にステージ「{wanted}」がありません。Super Admin が Lever の設定で追加してください",
            )
        )

    # Notes.

    def _notes(self, opportunity_id: str) -> list[Remark]:
        """All that was noted, oldest first. A reply in a thread may come as a field of its note or as a note of its own.

        https://hire.lever.co/developer/documentation#list-all-notes
        """
        rows: list[tuple[datetime, Remark]] = []
        notes: list[LeverNote] = list(self.lever.list(at("opportunities", opportunity_id, "notes"), LeverNote))
        for note in reversed(notes):  # newest first as they come, which tells those of one moment apart
            if note.deleted_at is not None:
                continue
            for number, field in enumerate(note.fields_):
                if field.type == "note" and field.value:
                    # A reply that names nobody is not its thread's author's.
                    who = field.user or (note.user if number == 0 else "") or ""
                    when = field.created_at or note.created_at
                    rows.append((when or NO_TIME, Remark(note.id, who, str(field.value), when)))
        return [said for _when, said in sorted(rows, key=lambda row: row[0])]

    def _write_note(self, opportunity_id: str, text: str, *, tell: bool = False) -> str:
        # https://hire.lever.co/developer/documentation#create-a-note
        body = {"value": text, **({"notifyFollowers": True} if tell else {})}
        path = at("opportunities", opportunity_id, "notes")
        return new_id(self.lever.write("POST", path, perform_as=self.perform_as, body=body), "note")

    def post_shortlist(self, requisition_id: str, post: ShortlistPost) -> str:
        """Note the shortlist on the calibration opportunity unless a note carrying `post.ref` is there."""
        card = self._ensure_calibration(self._require_requisition(requisition_id))
        for said in self._notes(card.id):
            if carries(said.text, post.ref):
                return said.note_id
        return self._write_note(card.id, carrying(post.body, post.ref))

    def post_message(self, requisition_id: str, message: str) -> None:
        """Note a message unless it is the last thing we said there."""
        requisition = self._require_requisition(requisition_id)
        if not message.strip():
            return
        card = self._ensure_calibration(requisition)
        ours = [said.text for said in self._notes(card.id) if said.user == self.perform_as]
        if not ours or ours[-1].strip() != message.strip():
            self._write_note(card.id, message)

    # The decision.

    def post_approval_request(self, requisition_id: str, request: ApprovalRequest) -> str:
        """Ask on the calibration opportunity, whose id is returned; a second call changes nothing.

        It goes back to the review stage before our note names the new calibration, so that no earlier approval can
        pass for one of this calibration; a move made in between is older than our note, and stays one of the calibration
        before. A decision that differs from `request.seen` was made meanwhile: then nothing is written. Between our
        re-read and our write a move can be lost; Lever has no conditional write.
        """
        card = self._ensure_calibration(self._require_requisition(requisition_id))
        notes = self._notes(card.id)
        stands = self._decision_on(card, notes)
        if replies.heard(notes, ours=self.perform_as, mover="")[0] == request.calibration:
            return card.id
        decided = stands.choice is not Choice.PENDING
        if decided and request.seen is not None and _decided(stands) != _decided(request.seen):
            return card.id
        if card.archived is not None:
            # A null reason brings an opportunity back: #update-opportunity-archived-state
            path = at("opportunities", card.id, "archived")
            self.lever.write("PUT", path, perform_as=self.perform_as, body={"reason": None})
        if self._choice_of(card) is not Choice.PENDING or card.archived is not None:
            self._move_to(card, self._stage_id(REVIEW))
        self._write_note(card.id, replies.asking(request, self._how()), tell=True)
        return card.id

    def _move_to(self, card: LeverOpportunity, stage_id: str) -> None:
        if card.stage is None or card.stage.id != stage_id:
            # https://hire.lever.co/developer/documentation#update-stage-on-an-opportunity
            path = at("opportunities", card.id, "stage")
            self.lever.write("PUT", path, perform_as=self.perform_as, body={"stage": stage_id})

    def _how(self) -> Said:
        name = self.stage_names[APPROVED]
        return Said(
            f"To approve, move this card to the stage “{name}”. For another line than the proposed one, write the number"
            " alone as a note here first (for example 75). A letter alone (A, B, C) asks for that specification instead."
            " To decline, archive the card.",
            f"承認：このカードをステージ「{name}」へ移動してください。提案と異なるラインにする場合は、移動の前に数字だけを"
            "メモに書いてください（例：75）。要件案を選ぶ場合は、その文字だけ（A・B・C）を書いてください。"
            "見送り：カードをアーカイブしてください。",
        )

    def read_decision(self, requisition_id: str) -> Decision | None:
        requisition = self._requisition(requisition_id)
        if requisition is None:
            return None
        card = self._calibration(requisition)
        if card is None:
            return Decision(calibration="", choice=Choice.PENDING, line="")
        return self._decision_on(card, self._notes(card.id))

    def _choice_of(self, card: LeverOpportunity) -> Choice:
        # An archived card keeps its stage: archiving counts.
        if card.archived is not None:
            return Choice.DECLINED
        name = card.stage.text.strip().casefold() if card.stage else ""
        choices = {REVIEW: Choice.PENDING, APPROVED: Choice.APPROVED, DECLINED: Choice.DECLINED}
        standing = {self.stage_names[purpose].casefold(): choice for purpose, choice in choices.items()}
        return standing.get(name, Choice.UNREADABLE)

    def _decision_on(self, card: LeverOpportunity, notes: Sequence[Remark]) -> Decision:
        choice = self._choice_of(card)
        mover, when = self._mover(card)
        if choice is Choice.PENDING:
            # Our own move back to review is nobody's act. A specification is for whoever writes its letter to pick.
            asked, answer = replies.heard(notes, ours=self.perform_as, mover="")
            actor = self._actor(mover) if mover != self.perform_as else None
            return Decision(
                calibration=asked,
                choice=choice,
                line="",
                specification=answer.specification,
                actor=actor,
                at=when if actor else None,
            )
        asked, answer = replies.heard(notes, ours=self.perform_as, mover=mover, moved_at=when)
        return Decision(
            calibration=asked,
            choice=choice,
            line=answer.line,
            specification=answer.specification,
            actor=self._actor(mover),
            at=when,
        )

    def _actor(self, id: str) -> User | None:
        """Who acted. Somebody Lever shows no more is still somebody else than the manager."""
        return (self._user(id) or User(id, "", "", active=False)) if id else None

    def _mover(self, card: LeverOpportunity) -> tuple[str, datetime | None]:
        """Who brought the card to where it stands, and when. Who archived it Lever doesn't say."""
        if card.archived is not None:
            return "", card.archived.archived_at
        here = card.stage.id if card.stage else ""
        changes = sorted(card.stage_changes, key=lambda change: change.updated_at)
        if not changes or changes[-1].to_stage_id != here:
            return "", None
        return changes[-1].user_id or "", changes[-1].updated_at


def _stands_on(one: LeverOpportunity, requisition: LeverRequisition) -> bool:
    return any(application.posting in requisition.postings for application in one.applications)


def _decided(decision: Decision) -> tuple[Any, ...]:
    return (decision.calibration, decision.choice, decision.line, decision.specification)


def new_id(data: Any, what: str) -> str:
    """Take the id out of a create answer. One without an id may still have been applied."""
    try:
        return Created.model_validate(data).id
    except ValueError as problem:
        raise ATSError(f"Lever gave no id for the new {what}", unknown=True) from problem
