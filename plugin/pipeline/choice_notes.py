"""Notes in the ATS about what a candidate chose or asked for on their page; each written once."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select

from plugin.connections import policy_of
from plugin.i18n import phrases, say_time
from plugin.pipeline.notes import person_subject
from plugin.pipeline.owners import locale_of, recruiter_of
from plugin.pipeline.scheduling import Wishes, wishes_of
from plugin.pipeline.writes import write_once
from plugin.rows import Connection, Entry, Promise, Requisition, Scout, SlotChoice
from plugin.work.context import Work
from plugin.work.jobs import Claim, NotYet

WAIT = timedelta(minutes=5)


def note_choice(work: Work, claim: Claim) -> None:
    """Write the chosen time and what the candidate said besides on their entry; waits until it stands in the ATS."""
    what = str(claim.payload["what"])
    with work.reading() as session:
        choice = session.get_one(SlotChoice, claim.payload["choice_id"])
        entry = session.get_one(Entry, choice.entry_id)
        connection = session.get_one(Connection, choice.connection_id)
        if entry.state == "closed":
            return
        if entry.state != "entered":
            raise NotYet(work.clock.now() + WAIT, "the entry does not stand in the ATS yet")
        requisition = session.get_one(Requisition, entry.requisition_id)
        scout = session.get_one(Scout, entry.scout_id)
        promise = session.exec(select(Promise).where(col(Promise.scout_id) == scout.key)).first()
        locale = locale_of(recruiter_of(session, requisition), connection)
        zone = promise.zone if promise is not None else policy_of(connection).zone
        wishes = wishes_of(session, work.vault, scout, choice)
        subject = person_subject(session, work.vault, entry)
    text = _text(choice, wishes, what, zone, locale)
    if not text:
        return
    ats = work.ats(connection)
    write_once(
        work,
        connection,
        f"choice:{choice.key}:{what}",
        lambda ref: {"note_id": ats.note(entry.ats_candidate_id, ref, text)},
        subject=subject,
    )


def note_erasure(work: Work, claim: Claim) -> None:
    """Ask in the ATS for a person to be deleted there: we have erased them. The note names nobody."""
    with work.reading() as session:
        connection = session.get_one(Connection, claim.payload["connection_id"])
    _ = phrases(policy_of(connection).locale)
    candidate = str(claim.payload["candidate"])
    text = _(
        "This person's data has been erased from the scouting service at their request or because its time was over."
        " Please decide about deleting or anonymising this record here, too."
    )
    ats = work.ats(connection)
    write_once(
        work,
        connection,
        f"erasure:{candidate}",
        lambda ref: {"note_id": ats.note(candidate, ref, text)},
        subject=f"candidate:{connection.key}:{candidate}",
    )


def wish_lines(wishes: Wishes, locale: str) -> list[str]:
    """What a candidate said besides, a line each; nothing for what they left open."""
    _ = phrases(locale)
    formats = {"online": _("online"), "onsite": _("on site"), "either": _("either")}
    permits = {"yes": _("needed"), "no": _("not needed")}
    said = [
        (_("Desired pay"), wishes.pay),
        (_("Could start"), wishes.start),
        (_("Other processes"), wishes.others),
        (_("Format"), formats.get(wishes.format, "")),
        (_("Support with a work permit"), permits.get(wishes.permit, "")),
    ]
    return [f"{label}: {value}" for label, value in said if value]


def _text(choice: SlotChoice, wishes: Wishes, what: str, zone: str, locale: str) -> str:
    _ = phrases(locale)
    lines: list[str] = []
    if what.startswith("time:") and choice.starts_at is not None:
        lines.append(
            _("The candidate chose a time on their page: %(when)s.", when=say_time(choice.starts_at, zone, locale))
        )
        lines.append(_("Please enter the meeting in the ATS; the promise counts as kept only by what stands there."))
    said = wish_lines(wishes, locale)
    if said and what.startswith("wishes:"):
        lines += [_("The candidate said on their page:"), *said]
    return "\n".join(lines)
