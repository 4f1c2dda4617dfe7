"""What is written into Talentio: candidates, and their tags and 補足. Each write looks for itself first.

An update replaces what it names as a whole (tags: observed by a public client), so a candidate is read immediately before,
and read again after: a field the API does not take is said, not assumed.
"""

from __future__ import annotations

from connectors.base import ATSError, Unsupported
from connectors.records import ApplicationStatus, Entered, EntryKind, NewEntry, Said
from connectors.refs import carries, carrying
from connectors.talentio import translate
from connectors.talentio.reads import Reads
from connectors.talentio.shapes import TalentioCandidate

BY_HAND = Said(
    "Talentio takes this entry by hand: register a candidate on the 求人 with the name and exactly the mail address shown"
    " here, then press “Try again”; it is found by the address",
    "Talentioへの候補者登録は手作業です。この求人に、ここに表示した氏名とメールアドレス（同じもの）で候補者を登録してから、"
    "「再実行する」を押してください。メールアドレスで見つけます。",
)


class Writes(Reads):
    """The writing side."""

    def add_entry(self, entry: NewEntry) -> Entered:
        """Find the person's candidate on the 求人, or create it; at most one, ever.

        Whoever was scouted stands コンタクト中 (poolActive) until they apply; an application stands 選考中 (ongoing).
        """
        standing = self._standing(entry)
        if standing:
            return Entered(standing, standing, found=True)
        if not self.creates:
            raise Unsupported(BY_HAND)
        status = "ongoing" if entry.kind is EntryKind.APPLICATION else "poolActive"
        # https://docs.unified.to/integrations/talentio names the call; its body is named as a candidate is answered.
        body: dict[str, object] = {
            "firstName": entry.first_name.strip("-"),
            "lastName": entry.last_name.strip("-"),
            "email": entry.email,
            "requisitionId": _number(entry.requisition_id),
            "status": entry.stage_id or status,
            "description": f"[{entry.ref}]",
        }
        if entry.phone:
            body["phone"] = entry.phone
        if entry.source:
            body |= {"channelType": "custom", "customChannelName": entry.source}
        made = self.api.create("candidates", body)
        self.book.changed()
        one = self._candidate(made)
        if one is not None and one.requisition_id != entry.requisition_id:
            raise ATSError(
                f"Talentio created candidate {made} without its 求人; put it on 求人 {entry.requisition_id} by hand, then"
                " try again",
                permanent=True,
            )
        return Entered(made, made)

    def _standing(self, entry: NewEntry) -> str:
        """The candidate on this 求人, or the one we made for this entry: a live one first, the oldest of each; "" for none."""
        self.book.look(self._known, now=True)
        ids = [*self.book.at(entry.email)] if entry.email else []
        if entry.candidate_id:
            ids += self.book.of_same_person(entry.candidate_id)
        found = [one for id in dict.fromkeys(ids) if (one := self._candidate(id))]
        here = [one for one in found if one.requisition_id == entry.requisition_id]
        live = [one for one in here if translate.application(one).status is ApplicationStatus.ACTIVE]
        if first := next(iter([*live, *here]), None):
            return first.id
        stray = next((one for one in found if carries(one.description, entry.ref)), None)
        if stray is not None:
            raise ATSError(
                f"candidate {stray.id} was made for this entry and stands on no 求人; put it on 求人"
                f" {entry.requisition_id} by hand, then try again",
                permanent=True,
            )
        return ""

    def note(self, candidate_id: str, ref: str, body: str) -> str:
        """Add a paragraph to a candidate's 補足 unless one carrying `ref` is there; return the reference.

        The API documents no comments. An edit of the 補足 made between our look and our write would be lost; the option
        `notes` set to `no` leaves it alone, and the note stands on our own page only.
        """
        one = self._require(candidate_id)
        if carries(one.description, ref) or not self.notes:
            return ref
        text = carrying(body, ref)
        whole = f"{one.description.rstrip()}\n\n{text}" if one.description.strip() else text
        self.api.patch("candidates", candidate_id, {"description": whole})
        if not carries(self._require(candidate_id).description, ref):
            raise ATSError(
                "Talentio does not take the 補足 (description) by API; set the option notes to no", permanent=True
            )
        return ref

    def tag(self, candidate_id: str, tag: str) -> None:
        """Tag a candidate, whatever the tag's case. `tagNames` replaces all tags, so all are sent."""
        names = [one.name for one in self._require(candidate_id).tags if one.name]
        if tag.casefold() not in {name.casefold() for name in names}:
            self.api.patch("candidates", candidate_id, {"tagNames": [*names, tag]})

    def move(self, application_id: str, stage_id: str) -> None:
        """Change a candidate's status; nothing when it is that already.

        That the API changes a status is confirmed by nobody, so it waits for the option `change_status`.
        """
        one = self._require(application_id)
        if one.status == stage_id:
            return
        if not self.moves:
            name = translate.STATUSES.get(stage_id, stage_id)
            raise Unsupported(
                Said(
                    f"change the candidate's status to 「{name}」 in Talentio by hand; that its API does so is not"
                    " confirmed yet",
                    f"Talentioの画面で、候補者のステータスを「{name}」に変更してください（APIでの変更は未確認のため行いません）",
                )
            )
        self.api.patch("candidates", application_id, {"status": stage_id})
        if self._require(application_id).status != stage_id:
            raise ATSError("Talentio does not change a status by API; change it by hand", permanent=True)

    def _require(self, id: str) -> TalentioCandidate:
        one = self._candidate(id)
        if one is None:
            raise ATSError(f"Talentio shows no candidate {id}: it was deleted", status=404, permanent=True)
        return one


def _number(id: str) -> int | str:
    return int(id) if id.isdigit() else id
