"""What a letter of recommendation says of a person, section by section; only what was chosen of what they agreed to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from plugin.connections import policy_of
from plugin.i18n import phrases, say_date
from plugin.identity import as_written
from plugin.people import judged_of
from plugin.provision import ITEMS
from plugin.rows import Promise, Reply, ShortlistEntry
from plugin.scouting.withholding import withhold_links
from plugin.sealing import Erased, Vault
from ranking.protected import strip_banned

if TYPE_CHECKING:
    from plugin.desk.cases import Case, Chosen

NAME, CONTACT, CAREER, REPLY = ITEMS
LONGEST_CAREER = 6000
POINTS = 8
"""Most units of the requirement a letter answers one by one."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with lines under it: pairs of label and value, or plain paragraphs (label "")."""

    heading: str
    lines: tuple[tuple[str, str], ...]

    def said(self, language: str) -> list[str]:
        """Its lines, a label before its value."""
        colon = "：" if language == "ja" else ": "
        return [f"{label}{colon}{value}" if label else value for label, value in self.lines]

    def as_text(self, language: str) -> str:
        return "\n".join([f"■ {self.heading}", *self.said(language)])


def sections_of(session: Session, vault: Vault, case: Case, chosen: Chosen) -> tuple[list[Section], int]:
    """The sections of a letter, and how many banned facts were taken out of what they quote."""
    _ = phrases(chosen.language)
    removed = 0
    found = [Section(_("The person"), tuple(_person(case, chosen)))]
    if CAREER in chosen.items:
        career, removed = _career(session, vault, case)
        if career:
            found.append(Section(_("Career"), tuple(("", part) for part in career)))
        points = _points(session, vault, case, chosen.language)
        if points:
            found.append(Section(_("Against what you ask for"), tuple(points)))
    if chosen.remark.strip():
        found.append(Section(_("Why I recommend them"), (("", chosen.remark.replace("\r\n", "\n").strip()),)))
    if REPLY in chosen.items:
        words, more = _reply(session, vault, case)
        removed += more
        if words:
            found.append(Section(_("In their own words"), (("", words),)))
    promised = _promised(session, case, chosen.language)
    if promised:
        found.append(Section(_("What was promised to them"), (("", promised),)))
    return found, removed


def _person(case: Case, chosen: Chosen) -> list[tuple[str, str]]:
    _, identity, contact = phrases(chosen.language), case.identity, case.contact
    name = as_written(identity.name)
    if identity.kana and chosen.language == "ja":
        name += f"（{identity.kana}）"
    elif identity.romaji and identity.romaji != identity.name:
        name += f" ({identity.romaji})"
    lines = [(_("Name"), name)]
    if CAREER in chosen.items:
        now = " / ".join(
            part for part in (identity.company or contact.company, identity.title or contact.title) if part
        )
        lines += [(_("At present"), now)] if now else []
    if CONTACT in chosen.items:
        lines += [(_("Mail address"), ", ".join(contact.emails))] if contact.emails else []
        phone = identity.phone or ", ".join(contact.phones)
        lines += [(_("Telephone"), phone)] if phone else []
    return lines


def _career(session: Session, vault: Vault, case: Case) -> tuple[list[str], int]:
    judged = judged_of(session, vault, case.entry.employer_id, case.entry.profile_id)
    if judged is None:
        return [], 0
    text, removed = strip_banned(withhold_links(judged.text))
    parts = [judged.headline.strip(), text.strip()[:LONGEST_CAREER]]
    return [part for part in dict.fromkeys(parts) if part], sum(removed.values())


def _points(session: Session, vault: Vault, case: Case, language: str) -> list[tuple[str, str]]:
    """What of the requirement the person's own profile answers, each with their words; no points, no score (R12)."""
    shown = session.exec(
        select(ShortlistEntry).where(
            col(ShortlistEntry.calibration_id) == case.scout.calibration_id,
            col(ShortlistEntry.profile_id) == case.scout.profile_id,
        )
    ).first()
    if shown is None or shown.sealed_evidence is None:
        return []
    try:
        dimensions: Sequence[dict[str, Any]] = vault.open_for(
            session, case.scout.employer_id, case.scout.profile_id, shown.sealed_evidence
        )
    except Erased:
        return []
    lines = []
    for dimension in dimensions:
        for row in dimension["rows"]:
            quote = row.get("profile")
            if row["status"] == "met" and quote:
                label = row["label_ja"] if language == "ja" else row["label_en"]
                words = strip_banned(str(quote["words"]))[0].strip()
                if words:
                    lines.append((str(label), f"「{words}」" if language == "ja" else f'"{words}"'))
    return lines[:POINTS]


def _reply(session: Session, vault: Vault, case: Case) -> tuple[str, int]:
    """What they wrote when they said yes."""
    reply = session.get(Reply, case.entry.reply_id) if case.entry.reply_id is not None else None
    if reply is None or reply.sealed_text is None:
        return "", 0
    try:
        words = str(vault.open_for(session, reply.employer_id, reply.person, reply.sealed_text))
    except Erased:
        return "", 0
    kept, removed = strip_banned(withhold_links(words))
    return kept.strip()[:2000], sum(removed.values())


def _promised(session: Session, case: Case, language: str) -> str:
    """The meeting the person was promised, by its day: whoever reads the letter is to keep it."""
    promise = session.exec(select(Promise).where(col(Promise.scout_id) == case.scout.key)).first()
    if promise is None or promise.state not in ("owed", "scheduled"):
        return ""
    _ = phrases(language)
    zone = ZoneInfo(policy_of(case.connection).zone)
    if promise.interview_at is not None:
        met = say_date(promise.interview_at.astimezone(zone).date(), language)
        return _("A meeting by %(due)s; it is arranged for %(day)s.", due=say_date(promise.due_date, language), day=met)
    return _("A meeting by %(due)s. Please name times that suit you.", due=say_date(promise.due_date, language))
