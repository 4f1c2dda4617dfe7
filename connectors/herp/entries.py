"""A yes on its way into HERP: one candidacy on the 職種, made by us or by a person, found by its address either way."""

from __future__ import annotations

from connectors.base import Unsupported
from connectors.herp.translate import application, is_calibration, joined
from connectors.herp.writes import Writes
from connectors.records import ApplicationStatus, Entered, EntryKind, NewEntry, Said


class Entries(Writes):
    """Enter people."""

    def add_entry(self, entry: NewEntry) -> Entered:
        """Find the person's candidacy on the 職種, or create it; at most one, ever.

        Raises `Unsupported` with what to do by hand while the option `create_candidacies` is not `yes`: once a person
        has registered the candidacy with the same address, calling again finds it.
        """
        standing = self._standing(entry)
        if standing:
            return Entered(standing, standing, found=True)
        if not self.creates:
            raise Unsupported(
                Said(
                    "HERP takes this entry by hand: register a candidacy on the 職種 with the name and exactly the mail"
                    " address shown here, then press “Try again”; it is found by the address",
                    "HERPへの応募登録は手作業です。この職種に、ここに表示した氏名とメールアドレス（同じもの）で応募を"
                    "登録してから、「再実行する」を押してください。メールアドレスで見つけます。",
                )
            )
        step = entry.stage_id or ("casualInterview" if entry.kind is EntryKind.CASUAL else "")
        made = self._create(
            entry.requisition_id,
            joined(entry.first_name, entry.last_name),
            entry.email,
            telephoneNumber=entry.phone,
            company=entry.company,
            step=step,
            channel=entry.source,
        )
        self.book.changed()
        return Entered(made, made)

    def _standing(self, entry: NewEntry) -> str:
        """The candidacy on this 職種: a live one before an ended one, the oldest of each; "" for none."""
        self.book.look(self._known, now=True)
        ids = [*self.book.at(entry.email)] if entry.email else []
        if entry.candidate_id:
            ids += self.book.of_same_person(entry.candidate_id)
        found = [one for id in dict.fromkeys(ids) if (one := self._candidacy(id))]
        here = [
            application(one)
            for one in found
            if one.requisitionId == entry.requisition_id and not is_calibration(self.options, one)
        ]
        first = min(here, key=lambda one: one.status is not ApplicationStatus.ACTIVE, default=None)
        return first.id if first else ""
