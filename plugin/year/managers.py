"""Hiring managers: they open requisitions, decide (in the ATS, or by the link in their mailbox), change their minds, leave."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from sqlmodel import col, select

from connectors.sandbox import seed
from plugin.bench.requisitions import requisition as description_of
from plugin.demo.browser import Browser, NoSuchForm, acting_links
from plugin.demo.postbox import Kept
from plugin.rows import Calibration, Mail
from plugin.rows import Requisition as RequisitionRow
from plugin.year import calendar
from plugin.year.truth import Requisition

if TYPE_CHECKING:
    from plugin.year.simulation import Year

FAMILY = [
    "佐々木",
    "山口",
    "松本",
    "井上",
    "木村",
    "林",
    "斎藤",
    "清水",
    "山崎",
    "森",
    "池田",
    "橋本",
    "阿部",
    "石川",
    "前田",
    "藤田",
    "後藤",
    "岡田",
    "長谷川",
    "村上",
    "近藤",
    "石井",
    "遠藤",
    "青木",
]
GUIDANCE = (
    "チームで働いた経験を重視します。",
    "自分で手を動かせる方。英語での会議に抵抗がない方を歓迎。",
    "業界経験は問いません。変化を楽しめる方。",
)


class PageRefused(Exception):
    """A page did not take what a manager filled in: that is a fault of the page or of this browser, not a lost case."""


class Managers:
    """All of them, and what each has seen so far."""

    def __init__(self, year: Year) -> None:
        self._year = year
        self.ids: list[int] = []
        self.addresses: dict[int, str] = {}
        self.gone: set[int] = set()
        self._seen: dict[int, str] = {}  # requisition → calibration whose shortlist its manager has been told of
        self.decisions: dict[int, list[tuple[str, int, int]]] = {}  # requisition → (calibration, line, days)
        self.links: dict[int, str] = {}  # calibration → the newest link that decides on it

    def move_in(self) -> None:
        """The managers of this year come into the ATS beside those a sandbox has."""
        year, store = self._year, self._year.town.sandbox.store
        for number in range(year.size.managers):
            family = FAMILY[number % len(FAMILY)]
            address = f"manager{number + 1}@example.com"
            row = store.add(
                "users",
                name=f"{family} 第{number + 1}",
                first_name=f"第{number + 1}",
                last_name=family,
                primary_email=address,
                site_admin=False,
                deactivated=False,
                role="manager",
            )
            self.ids.append(row["id"])
            self.addresses[row["id"]] = address
        year.town.mail_server.colleagues = frozenset(
            {*self.addresses.values(), *(email.lower() for _, _, _, email, *_ in seed.PEOPLE)}
        )

    # Requisitions.

    def open_requisition(self, number: int) -> None:
        year, dice = self._year, self._year.dice("opening", number)
        title, text = description_of(number)
        manager = dice.choice([id for id in self.ids if id not in self.gone])
        draft = dice.random() < 0.1
        made = year.town.ats(
            "POST",
            "/sandbox/requisitions",
            {
                "name": title,
                "post": text,
                "status": "draft" if draft else "open",
                "manager_id": manager,
                "recruiter_id": seed.RECRUITER,
                "guidance": dice.choice(GUIDANCE) if dice.random() < 0.4 else "",
            },
        )
        ats_id = int(made["id"])
        it = Requisition(number, ats_id, manager, year.now)
        it.set_open(year.now, not draft)
        year.truth.requisitions[ats_id] = it
        year.truth.counts["requisitions"] += 1
        year.news()
        year.town.settle()
        self._look(it)
        if draft:
            year.agenda.add(self._later(dice, 1, 4), lambda: self._set_status(it, "open"))
        self._plan_changes(it)

    def _plan_changes(self, it: Requisition) -> None:
        """What will befall a requisition: other criteria, another manager, a closing, a reopening, its end."""
        year, dice = self._year, self._year.dice("changes", it.number)
        add = year.agenda.add
        if dice.random() < 0.08:
            words = dice.choice(GUIDANCE) + dice.choice(("", "リーダー経験があれば尚可。"))
            add(self._later(dice, 1, 15), lambda: self._change_guidance(it, words))
        if dice.random() < 0.08:
            add(self._later(dice, 3, 25), lambda: self._transfer(it))
        if dice.random() < 0.02:
            add(self._later(dice, 6, 20), lambda: self._leave(it))
        if dice.random() < 0.15:
            closing = self._later(dice, 4, 20)
            add(closing, lambda: self._set_status(it, "closed"))
            if dice.random() < 0.6:
                reopening = calendar.at(calendar.after(calendar.day_of(closing), dice.randint(2, 9)), 11, 0)
                add(reopening, lambda: self._set_status(it, "open"))
        add(calendar.at(calendar.after(calendar.day_of(year.now), 42), 17, 0), lambda: self._end(it))

    def _set_status(self, it: Requisition, status: str) -> None:
        self._year.town.ats("PATCH", f"/sandbox/requisitions/{it.ats_id}", {"status": status})
        self._year.news()
        it.set_open(self._year.now, status == "open")
        self._year.truth.counts[f"requisitions {'opened late or again' if it.open else 'closed'}"] += 1

    def _end(self, it: Requisition) -> None:
        if it.open:
            self._set_status(it, "closed")

    def _change_guidance(self, it: Requisition, words: str) -> None:
        self._year.town.ats("PATCH", f"/sandbox/requisitions/{it.ats_id}", {"guidance": words})
        self._year.news()
        self._year.truth.counts["guidance changed"] += 1
        self._year.town.settle()
        self._look(it)

    def _transfer(self, it: Requisition) -> None:
        """Another manager takes over; who gave a promise still owes it."""
        year = self._year
        dice = year.dice("transfer", it.number)
        it.manager = dice.choice([id for id in self.ids if id not in self.gone and id != it.manager])
        year.town.ats("PATCH", f"/sandbox/requisitions/{it.ats_id}", {"manager_id": it.manager})
        year.news()
        year.truth.counts["transfers"] += 1
        year.town.settle()
        self._look(it)

    def _leave(self, it: Requisition) -> None:
        """A manager leaves the company: each of their requisitions gets another."""
        year, leaving = self._year, it.manager
        if leaving in self.gone or len(self.gone) > len(self.ids) // 4:
            return
        self.gone.add(leaving)
        year.town.sandbox.store.change("users", leaving, deactivated=True)
        year.truth.counts["managers who left"] += 1
        for other in year.truth.requisitions.values():
            if other.manager == leaving:
                self._transfer(other)

    # Deciding.

    def _look(self, it: Requisition) -> None:
        """Has a shortlist come that its manager has not been told of? Then they decide in a while."""
        year = self._year
        short_id = self._standing(it)
        key = f"{short_id}:{it.manager}"
        if not short_id or self._seen.get(it.ats_id) == key:
            return
        self._seen[it.ats_id] = key
        it.shown += 1
        dice = year.dice("decision", it.number, it.shown)
        if dice.random() < 0.03:
            year.truth.counts["never decided"] += 1
            return
        year.agenda.add(self._later(dice, 0, 3), lambda: self.decide(it, short_id))

    def _standing(self, it: Requisition) -> str:
        """The calibration the ATS shows."""
        job = self._year.town.sandbox.store.get("jobs", it.ats_id)
        return str(((job or {}).get("custom_fields") or {}).get("kakuyaku_calibration") or "")

    def look_at_all(self) -> None:
        for it in self._year.truth.requisitions.values():
            self._look(it)

    def read_mail(self, mails: list[Kept]) -> None:
        """Remember the links that decide, and now and then take a commitment back by the receipt's link."""
        year = self._year
        ours = set(self.addresses.values())
        staff = {mail.message_id: mail for mail in mails if mail.recipient in ours}
        if not staff:
            return
        with year.town.work.reading() as session:
            rows = session.exec(
                select(Mail.message_id, Mail.kind, Mail.name, Mail.commitment_id).where(
                    col(Mail.message_id).in_(list(staff))
                )
            ).all()
        for message_id, kind, name, commitment_id in rows:
            links = acting_links(staff[message_id].text)
            if not links:
                continue
            if kind in ("nudge", "acting_link"):
                self._remember_link(name, links[0])
            elif kind == "receipt" and commitment_id is not None:
                dice = year.dice("undo", commitment_id)
                if dice.random() < 0.05:
                    year.agenda.add(
                        year.now + timedelta(minutes=dice.choice((5, 50, 500, 3000))),
                        lambda link=links[0]: self._undo(link),  # type: ignore[misc]
                    )

    def _remember_link(self, name: str, link: str) -> None:
        found = re.search(r"(?:nudge|decide):(\d+)", name)
        if found is not None:
            self.links[int(found.group(1))] = link

    def decide(self, it: Requisition, short_id: str) -> None:
        """Say yes with a line, or no; in the ATS, or by the link in the mailbox."""
        year = self._year
        if not it.open and year.dice("decide closed", it.number).random() < 0.8:
            return
        with year.town.work.reading() as session:
            calibration = session.exec(
                select(Calibration)
                .join(RequisitionRow, col(RequisitionRow.id) == col(Calibration.requisition_id))
                .where(col(Calibration.short_id) == short_id, col(RequisitionRow.ats_id) == str(it.ats_id))
            ).first()
        if calibration is None:
            return
        dice = year.dice("decide", it.number, it.decided)
        it.decided += 1
        line = max(calibration.floor, min(100, calibration.proposed_line + dice.choice((-4, -2, 0, 0, 2))))
        days = dice.choice((3, 5, 5, 5, 7))
        declines = dice.random() < 0.08
        link = self.links.get(calibration.key)
        if link is not None and dice.random() < 0.35 and self._decide_by_link(link, line, days, declines):
            year.truth.counts["decided by link"] += 1
        elif declines:
            self._in_ats(it, {"choice": "decline"})
        else:
            self._in_ats(it, {"choice": "approve", "line": str(line), "days": str(days), "meeting": "面接"})
            # What is decided in the ATS is decided on what stands there by now.
            short_id = self._standing(it)
        if not declines:
            self.decisions.setdefault(it.ats_id, []).append((short_id, line, days))
        year.truth.counts["declined" if declines else "approved"] += 1

    def _in_ats(self, it: Requisition, fields: dict[str, str]) -> None:
        self._year.town.ats("POST", f"/sandbox/requisitions/{it.ats_id}/decision", {"by": it.manager, **fields})
        self._year.news()
        self._year.truth.counts["decided in the ATS"] += 1

    def _decide_by_link(self, link: str, line: int, days: int, declines: bool) -> bool:
        """Decide on the page behind the link; False when the link has served already or was overtaken."""
        browser = Browser(self._year.town.url)
        page = browser.open(link)
        try:
            if declines:
                done = browser.submit(
                    page, {"why": "other", "reason": "今期は採用計画を見直すため"}, ("answer", "decline")
                )
            else:
                done = browser.submit(page, {"line": str(line), "days": str(days)}, ("answer", "commit"))
        except NoSuchForm:
            return False
        if done.status != 200:
            raise PageRefused(f"the decision page answered {done.status}: {done.text[:2000]}")
        return True

    def _undo(self, link: str) -> None:
        """Take a commitment back by the receipt's link, with a reason where one is asked for."""
        browser = Browser(self._year.town.url)
        page = browser.open(link)
        posted = [form for form in page.forms if form.method == "post"]
        if not posted:
            self._year.truth.counts["taken back in vain"] += 1
            return
        filled = {"reason": "採用計画が変わったため"} if "reason" in posted[0].names else {}
        chosen = {
            name: next(filter(None, values), "") for name, values in posted[0].choices.items() if name not in filled
        }
        done = browser.submit(page, filled | chosen)
        if done.status != 200:
            raise PageRefused(f"the receipt page answered {done.status}: {done.text[:2000]}")
        self._year.truth.counts["taken back"] += 1

    def _later(self, dice: Random, least: int, most: int) -> datetime:
        """Some business hours later: `least` to `most` business days on."""
        year = self._year
        day = calendar.after(calendar.day_of(year.now), dice.randint(least, most))
        moment = calendar.at(day, dice.randint(9, 18), dice.randint(0, 59))
        return max(moment, year.now + timedelta(minutes=dice.randint(5, 90)))
