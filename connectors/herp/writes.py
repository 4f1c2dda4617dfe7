"""What is written into HERP Hire: comments on timelines. Each write looks for itself first.

`POST /v1/candidacies/{id}/timeline-comments` {body, textType, mentionTo} is not idempotent, and a comment can neither
be edited nor deleted; so every comment of ours carries a mark the look finds again.
"""

from __future__ import annotations

from collections.abc import Sequence

from connectors import calibration
from connectors.base import ATSError, Unsupported
from connectors.herp import decision
from connectors.herp.reads import PLACE, Reads
from connectors.herp.shapes import HerpCandidacy, HerpTimelineComment
from connectors.herp.translate import EPOCH, STEPS
from connectors.records import ApprovalRequest, Choice, Decision, Said, ShortlistPost
from connectors.refs import carries, carrying

LONGEST = 20_000
"""Characters a comment takes."""

HOW_TO_ANSWER = (
    "▼ このタイムラインに、次のいずれかだけを書いてコメントしてください（ほかの文は判断として扱いません）\n"
    "　承認（提案どおり {line} 点）／ 75（面接確約ラインを指定）／ 見送り ／ 取り消し ／ 案B（要件案で作り直し）\n"
    "▼ Comment here with one of these and nothing else: approve (the proposed {line}) / 75 / decline / undo / B (a specification)"
)


class Writes(Reads):
    """The writing side: the calibration candidacy's timeline, and notes on people."""

    def read_decision(self, requisition_id: str) -> Decision | None:
        """Read what was answered on the calibration candidacy.

        Whether a comment names its author is known from no vendor page; only where the option `comment_authors` says
        that it does is the author the actor.
        """
        known = self.book.hints.get((PLACE, requisition_id))
        comments: Sequence[HerpTimelineComment] | None = None
        if known:
            comments = self.hire.below(known, "timeline-comments", HerpTimelineComment)
        if comments is None:
            place = self.calibration_candidacy(requisition_id)
            if place is None:
                return Decision("", Choice.PENDING, "") if self.requisition(requisition_id) else None
            comments = self._comments(place.id)
        return self._said(comments)

    def _said(self, comments: Sequence[HerpTimelineComment]) -> Decision:
        return decision.read(comments, self._members() if self.authors_known else None)

    def _comments(self, candidacy_id: str) -> Sequence[HerpTimelineComment]:
        found = self.hire.below(candidacy_id, "timeline-comments", HerpTimelineComment)
        if found is None:
            raise ATSError(f"HERP Hire shows no candidacy {candidacy_id}: it was deleted", status=404, permanent=True)
        return found

    def _comment(self, candidacy_id: str, body: str, mention: Sequence[str] = ()) -> str:
        """Write a comment whose last line is its mark; what is too long loses the lines before it."""
        text, _, mark = body.rpartition("\n")
        room = LONGEST - len(mark) - 2
        text = text if len(text) <= room else text[:room] + "…"
        made: dict[str, object] = {"body": f"{text}\n{mark}" if text else mark, "textType": "text/plain"}
        if mention:
            made["mentionTo"] = list(mention)
        return self.hire.create(f"candidacies/{candidacy_id}/timeline-comments", made)

    def post_shortlist(self, requisition_id: str, post: ShortlistPost) -> str:
        """Comment the shortlist on the calibration candidacy unless one carrying `post.ref` is there.

        Raises `Unsupported` while a 職種 has no calibration candidacy and we may not create one.
        """
        place, mark = self._place(requisition_id), decision.showing(post.ref)
        for comment in self._comments(place.id):
            if mark in comment.body:
                return comment.id
        return self._comment(place.id, f"{post.body}\n\n{mark}")

    def post_approval_request(self, requisition_id: str, request: ApprovalRequest) -> str:
        """Ask on the calibration candidacy, mentioning its 担当者; return the candidacy. A second call changes nothing.

        The question is what resets: only comments after it answer it. A decision that differs from `request.seen` was
        made meanwhile; then nothing is written. One made between our look and our write stands above the question.
        """
        place = self._place(requisition_id)
        stands = self._said(self._comments(place.id))
        if stands.calibration == request.calibration:
            return place.id
        decided = stands.choice is not Choice.PENDING
        if decided and request.seen is not None and _decided(stands) != _decided(request.seen):
            return place.id
        how = HOW_TO_ANSWER.format(line=request.proposed_line)
        body = "\n\n".join(part for part in (request.message, request.url, how) if part)
        self._comment(place.id, f"{body}\n\n{decision.asking(request.calibration)}", place.operators)
        return place.id

    def post_message(self, requisition_id: str, message: str) -> None:
        """Comment a message unless the last one of ours says the same. An empty one takes nothing back: nothing can."""
        if not message.strip():
            return
        place = self._place(requisition_id)
        ours = [one for one in self._comments(place.id) if decision.is_ours(one)]
        # Times are whole seconds: of several in the last one nobody can say which came last.
        latest = max((one.createdAt or EPOCH for one in ours), default=EPOCH)
        said = [one.body for one in ours if decision.SAYING in one.body and (one.createdAt or EPOCH) == latest]
        if any(body.split("\n\n" + decision.SAYING)[0] == message.strip() for body in said):
            return
        self._comment(place.id, f"{message.strip()}\n\n{decision.SAYING}")

    def _place(self, requisition_id: str) -> HerpCandidacy:
        found = self.calibration_candidacy(requisition_id)
        if found is not None:
            return found
        name = f"{calibration.FIRST_NAME} {calibration.LAST_NAME}"
        raise Unsupported(
            Said(
                f"this 職種 has no place to ask in: register a candidacy named “{name}” on it in HERP and add the hiring"
                " manager as its 担当者; the shortlist is posted there within the hour",
                f"この職種には確認の場がありません。HERPで「{name}」という名前の応募を登録し、担当者に採用責任者を追加して"
                "ください。1時間以内に、候補者リストをそこに掲載します。",
            )
        )

    def _create(self, requisition_id: str, name: str, email: str, **more: str) -> str:
        # Known from one public client only, body unverified: the fields are named as the list answers them.
        body: dict[str, object] = {"requisitionId": requisition_id, "name": name, "email": email}
        body |= {key: value for key, value in more.items() if value and key != "channel"}
        kind = self.options.get("channel_kind")
        if kind:
            body["channel"] = {"type": "manual", "kind": kind, "description": more.get("channel", "")}
        return self.hire.create("candidacies", body)

    def note(self, candidate_id: str, ref: str, body: str) -> str:
        """Comment on a person's candidacy unless a comment carrying `ref` is there; return its id. Mentions nobody."""
        for comment in self._comments(candidate_id):
            if carries(comment.body, ref):
                return comment.id
        return self._comment(candidate_id, carrying(body, ref))

    def move(self, application_id: str, stage_id: str) -> None:
        """Move a candidacy to a step; nothing when it is there already.

        Known from one public client only (`PATCH /v1/candidacies/{id}/step`), so it waits for the option `move_steps`.
        """
        one = self.hire.one("candidacies", HerpCandidacy, application_id)
        if one is None:
            raise ATSError(f"HERP Hire shows no candidacy {application_id}", status=404, permanent=True)
        if one.step == stage_id:
            return
        if not self.moves:
            step = STEPS.get(stage_id, stage_id)
            raise Unsupported(
                Said(
                    f"move the candidacy to 「{step}」 in HERP by hand; whether its API does that is not confirmed yet",
                    f"HERPの画面で、応募を「{step}」に進めてください（APIでの変更は未確認のため行いません）",
                )
            )
        self.hire.patch(f"candidacies/{application_id}/step", {"step": stage_id})


def _decided(stands: Decision) -> tuple[object, ...]:
    return (stands.calibration, stands.choice, stands.line, stands.meeting, stands.days)
