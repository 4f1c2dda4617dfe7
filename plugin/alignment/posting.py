"""What we write on a requisition in the ATS: the shortlist note, the approval request, messages. Each once (R7).

The note names nobody (R12). Decision fields are written for one reason only, to reset them for a new calibration, and
not even then when somebody has edited them since we last read them: such an edit is kept and flagged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from connectors.base import ATSError, Unsupported
from connectors.records import ApprovalRequest, Choice, Decision, ShortlistPost
from plugin.alignment import decision as decisions
from plugin.alignment import guidance, mails
from plugin.alignment.faults import fault_text, fault_title, faults_of
from plugin.alignment.guidance import Understood
from plugin.alignment.links import show_url
from plugin.alignment.no_place import NO_PLACE, ask_for_a_place
from plugin.alignment.specifications import Card, card_text
from plugin.alignment.specifications import cards as specification_cards
from plugin.alignment.summaries import fit_summaries
from plugin.alignment.terms import say_kind, say_line
from plugin.alignment.views import EntryView, ShortlistView, shortlist_view
from plugin.connections import policy_of
from plugin.events import record
from plugin.i18n import LOCALES, phrases
from plugin.pipeline.owners import done_with
from plugin.pipeline.writes import write_once
from plugin.rows import Calibration, Connection, GuidanceNote, Requisition, Staff
from plugin.tasks import open_task
from plugin.work.context import Work
from plugin.work.jobs import Claim, owe
from ranking.summary import FitSummary
from ranking.telling import in_short

log = structlog.get_logger(__name__)


def post_shortlist(work: Work, claim: Claim) -> None:
    """Post a calibration's shortlist and ask for a decision on it, then owe the nudge. Payload: calibration_id.

    Confidential requisitions are posted only where the connection opts in; their manager is asked by mail all the same.
    A calibration that has been overtaken is not posted any more.
    """
    with work.reading() as session:
        calibration = session.get_one(Calibration, claim.payload["calibration_id"])
        requisition = session.get_one(Requisition, calibration.requisition_id)
        connection = session.get_one(Connection, requisition.connection_id)
        manager = session.get(Staff, requisition.manager_id) if requisition.manager_id else None
        policy = policy_of(connection)
        locale = mails.locale_of(manager, connection)
        # What stands in the ATS is masked unless the connection says otherwise.
        view = shortlist_view(session, calibration, masked=policy.masked, locale=locale, vault=work.vault)
        summaries = fit_summaries(session, calibration, masked=policy.masked, vault=work.vault)
        note = session.get(GuidanceNote, calibration.guidance_id) if calibration.guidance_id is not None else None
        criteria = guidance.echo(guidance.understood(note), locale)
        cards = specification_cards(
            session,
            work.vault,
            calibration,
            view.counted,
            line=view.proposed_line,
            inclusive=view.inclusive,
            locale=locale,
        )
        weighed = [
            f"{fault_title(fault, locale)}{'：' if locale == 'ja' else ': '}{fault_text(fault, locale)}"
            for fault in faults_of(session, calibration, view.counted, view.proposed_line)
        ]
        if len(cards) > 1:
            weighed += [card_text(card, locale) for card in cards]
    if calibration.state != "done" or requisition.calibration_id != calibration.id:
        return
    kept = False
    posts = not requisition.confidential or policy.confidential_posts
    if posts:
        try:
            _post_note(
                work,
                connection,
                requisition,
                view.calibration_id,
                view.short_id,
                note_text(view, summaries, criteria, weighed),
            )
            kept = _ask_for_decision(work, connection, requisition, calibration, view, cards)
        except Unsupported as error:
            # The place is a person's to make there; the manager's link leaves all the same.
            posts = False
            ask_for_a_place(work, calibration, requisition, {one: error.in_language(one) for one in LOCALES})
        except ATSError as error:
            if not error.permanent:
                raise
            # A field that is gone, a right that is lacking: trying again alone changes nothing, and the manager waits.
            posts = False
            ask_for_a_place(work, calibration, requisition, dict.fromkeys(LOCALES, str(error)))
    with work.finishing(claim) as session:
        calibration = session.get_one(Calibration, calibration.key)
        if posts and calibration.posted_at is None:
            calibration.posted_at = work.clock.now()
            session.add(calibration)
            record(
                session,
                calibration.employer_id,
                "calibration",
                calibration.key,
                "posted",
                actor="clock",
                shortlist_hash=calibration.shortlist_hash,
                kept_an_edit=kept,
            )
            done_with(session, calibration.employer_id, NO_PLACE, "requisition", requisition.key, by="ats")
        if manager is not None:
            owe(
                session,
                "nudge",
                f"{calibration.key}:{manager.key}",
                employer_id=calibration.employer_id,
                connection_id=connection.key,
                payload={"calibration_id": calibration.key, "kept": kept},
            )
        else:
            open_task(
                session,
                employer_id=calibration.employer_id,
                connection_id=connection.key,
                kind="no_manager",
                name=f"requisition:{requisition.key}",
                owner_id=requisition.recruiter_id,
                requisition_id=requisition.key,
                subject="requisition",
                subject_id=requisition.key,
            )


def post_message(work: Work, claim: Claim) -> None:
    """Put a message into our own field of a requisition. Payload: requisition_id, key, text."""
    with work.reading() as session:
        requisition = session.get_one(Requisition, claim.payload["requisition_id"])
        connection = session.get_one(Connection, requisition.connection_id)
    ats = work.ats(connection)
    if not ats.supports("post_message"):
        return
    text = str(claim.payload["text"])

    def write(ref: str) -> dict[str, Any]:
        ats.post_message(requisition.ats_id, text)
        return {}

    name = f"post_message:{requisition.key}:{claim.payload['key']}"
    try:
        write_once(work, connection, name, write, subject=f"requisition:{requisition.key}")
    except Unsupported:
        # No place in the ATS yet: a task asks for one, and what is said here the manager has by mail.
        log.info("message_not_shown", connection=connection.key, requisition=requisition.key)


def _post_note(
    work: Work, connection: Connection, requisition: Requisition, calibration_id: int, short_id: str, text: str
) -> None:
    ats = work.ats(connection)
    if not ats.supports("post_shortlist"):
        return

    def write(ref: str) -> dict[str, Any]:
        post = ShortlistPost(calibration=short_id, ref=ref, body=text)
        return {"note": ats.post_shortlist(requisition.ats_id, post)}

    name = f"post_shortlist:{calibration_id}"
    write_once(work, connection, name, write, subject=f"requisition:{requisition.key}")


def _ask_for_decision(
    work: Work,
    connection: Connection,
    requisition: Requisition,
    calibration: Calibration,
    view: ShortlistView,
    cards: Sequence[Card],
) -> bool:
    """Reset the decision fields and ask; return whether an edit found there was kept instead."""
    ats = work.ats(connection)
    if not (ats.supports("post_approval_request") and ats.supports("read_decision")):
        return False
    stands = ats.read_decision(requisition.ats_id)
    if stands is None:
        return False
    with work.reading() as session:
        resets = decisions.may_reset(session, requisition, calibration, stands)
    if not resets and stands.calibration != view.short_id:
        _flag(work, connection, requisition, calibration, stands)
        return True
    # Whatever was last read is told to the connector: an edit made between this line and its write is kept as well.
    request = ApprovalRequest(
        calibration=view.short_id,
        ref=view.short_id,
        proposed_line=view.proposed_line,
        message=request_text(view, connection, cards),
        url=show_url(work.settings, work.vault, calibration),
        seen=stands,
    )

    def write(ref: str) -> dict[str, Any]:
        return {"place": ats.post_approval_request(requisition.ats_id, request)}

    name = f"approval_request:{calibration.key}"
    written = write_once(work, connection, name, write, subject=f"requisition:{requisition.key}")
    _remember_place(work, calibration, str(written.get("place") or ""))
    after = ats.read_decision(requisition.ats_id)
    if after is not None and after.calibration != view.short_id and after.choice is not Choice.PENDING:
        _flag(work, connection, requisition, calibration, after)
        return True
    return False


def _remember_place(work: Work, calibration: Calibration, place: str) -> None:
    """Note which application the decision is made on, before anybody can have made it there."""
    if not place:
        return
    with work.writing() as session:
        row = session.get_one(Calibration, calibration.key)
        row.decision_place = place
        session.add(row)


def _flag(
    work: Work, connection: Connection, requisition: Requisition, calibration: Calibration, stands: Decision
) -> None:
    with work.writing() as session:
        requisition = session.get_one(Requisition, requisition.key)
        what = decisions.observe(session, work, connection, requisition, calibration, stands)
    log.info("decision_kept", connection=connection.key, requisition=requisition.key, what=what)


# The texts.


def note_text(
    view: ShortlistView,
    summaries: Mapping[str, FitSummary] | None = None,
    criteria: Sequence[Understood] = (),
    weighed: Sequence[str] = (),
) -> str:
    """The shortlist as plain text in the manager's language: rank, score, one line of evidence, reachable or why not.

    With `summaries` (by profile id) a second line says what the criteria did and what to ask; `criteria` are echoed as
    understood, refusals with what to say instead. `weighed`: faults and specifications, a line each.
    """
    _ = phrases(view.locale)
    shown = len(view.entries)
    head = [
        _("Shortlist for “%(title)s” (calibration %(id)s)", title=view.requisition_title, id=view.short_id),
        _(
            "%(shown)s of %(considered)s people considered in your own store of %(universe)s;"
            " we may write to %(reachable)s of these %(shown)s.",
            shown=shown,
            considered=view.considered,
            universe=view.universe,
            reachable=view.reachable,
        ),
    ]
    if shown < 20:
        head.append(_("There are fewer than 20: nobody else was left to show."))
    head.append(_("Proposed line: %(line)s.", line=view.proposed_line_text))
    if weighed:
        head += ["", *weighed]
    if criteria:
        head += ["", _("Your criteria as understood:"), *(_criterion(point, view.locale) for point in criteria)]
    foot = [
        _(
            "The order removes nobody, and gaps of less than ten points are no order. What is not found in a profile counts as unknown, not as missing."
        ),
    ]
    if view.masked:
        foot.append(_("People are named only after they have said yes."))
    people: list[str] = []
    for entry in view.entries:
        people.append(_note_line(entry, view.locale))
        summary = (summaries or {}).get(entry.profile_id)
        if summary is not None and (short := in_short(summary.facts, view.locale)):
            people.append(f"    {short}")
    return "\n".join([*head, "", *people, "", *foot])


def _criterion(point: Understood, locale: str) -> str:
    _ = phrases(locale)
    said = point.what or point.quote
    line = _("- %(what)s: %(how)s", what=said, how=point.how)
    law = _(" (%(law)s)", law=point.law) if point.law else ""
    return line + "".join(f"\n  {text}" for text in (point.reason + law, point.rewrite) if text.strip())


def _note_line(entry: EntryView, locale: str) -> str:
    _ = phrases(locale)
    name = entry.identity.name if entry.identity is not None else entry.label
    reach = _("reachable") if entry.reachable else _("not reachable: %(why)s", why=_(", ").join(entry.why_not))
    points = _("%(score)s points", score=entry.score)
    line = f"{entry.rank}. {name}  {points}  {entry.best}  [{reach}]"
    return line if not entry.headline else f"{entry.rank}. {name} {entry.headline}  {points}  {entry.best}  [{reach}]"


def request_text(view: ShortlistView, connection: Connection, cards: Sequence[Card] = ()) -> str:
    """What our own field asks beside the decision fields, and between which specifications one may choose."""
    policy = policy_of(connection)
    _ = phrases(view.locale)
    question = _(
        "Please decide on calibration %(id)s: from which line do you meet whoever says yes? Proposed: %(line)s,"
        " %(kind)s, within %(days)s business days. Approve with the line left empty to take the proposed one.",
        id=view.short_id,
        line=say_line(view.proposed_line, policy.inclusive, view.locale),
        kind=say_kind(policy.kind, view.locale),
        days=policy.days,
    )
    if len(cards) < 2:
        return question
    choice = _("To ask for something else first, choose its letter as specification:")
    return "\n".join([question, "", choice, *(card_text(card, view.locale) for card in cards)])
