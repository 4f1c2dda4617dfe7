"""The live re-run: what a description or guidance still in writing would find (B10). Nothing is posted, nothing changes.

No calibration comes of it and no score is kept: it is judged on the people there are now and shown beside the current
calibration, at the same line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from plugin.alignment import guidance as guidances
from plugin.alignment import proposals, questions, requirement, saying
from plugin.alignment.calibration import headlines, masked_evidence
from plugin.alignment.faults import fault_text
from plugin.alignment.market import LineCount, StoredMarket, folded, line_counts, read_market
from plugin.alignment.questions import CantSay
from plugin.alignment.scores import stored_scores
from plugin.alignment.views import dimensions_view, one_line
from plugin.connections import policy_of
from plugin.i18n import phrases
from plugin.identity import identities
from plugin.rows import Calibration, Connection, Override, RequirementRow, Requisition, ShortlistEntry
from plugin.sealing import Vault
from plugin.work.context import Work
from ranking.faults import faults_of
from ranking.guidance import read_guidance
from ranking.proposals import with_proposals
from ranking.values import Guidance, Market, Requirement

MOST = 40_000
"""Characters of a description that are judged; the longest postings have a tenth of it."""
MOST_GUIDANCE = 4_000
BEST = 5


class TooLong(ValueError):
    """More text than any description."""

    def text(self, locale: str) -> str:
        return phrases(locale)(
            "This text is too long to run. Please keep the description under %(most)s characters.", most=f"{MOST:,}"
        )


@dataclass(frozen=True, slots=True)
class FieldRead:
    """One field as the text was read; `changed` against what the requisition asks now."""

    field: str
    label: str
    value: str
    quote: str
    inferred: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class PreviewPerson:
    """One of the best. `label`: A-03 where they are on the current shortlist; `score_before` None where they have none."""

    label: str
    headline: str
    score: int
    best: str
    score_before: int | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a text would find. `state`: owed, done, failed (`message` says why), gone.

    `people`, `reachable`, `pay_unknown` at `line`, the current calibration's proposed one (its own where there is none);
    `people_before` at the same line in the current calibration.
    """

    state: str
    message: str = ""
    text: str = ""
    guidance_text: str = ""
    guidance_changed: bool = False
    understood: Guidance | None = None
    fields: tuple[FieldRead, ...] = ()
    changed_fields: tuple[tuple[str, str], ...] = ()
    line: int = 0
    proposed_line: int = 0
    people: int = 0
    reachable: int = 0
    pay_unknown: int = 0
    people_before: int = 0
    considered: int = 0
    universe: int = 0
    top: tuple[PreviewPerson, ...] = ()
    faults: tuple[str, ...] = ()
    lines: tuple[LineCount, ...] = field(default=())


def ask(session: Session, vault: Vault, requisition: Requisition, *, text: str, guidance: str, by: str) -> str:
    """Owe a re-run of a text and guidance, and return the token to look for it with. Raises `TooLong`."""
    if len(text) > MOST or len(guidance) > MOST_GUIDANCE:
        raise TooLong("the text is too long")
    asked = {"text": text, "guidance": guidance.strip()}
    return questions.ask(session, vault, requisition, kind="preview", asked=asked, by=by)


def answer(
    session: Session, vault: Vault, token: str, *, employer_id: int, requisition_id: int | None = None, locale: str
) -> Preview:
    """Look for a re-run's result, in the reader's language; people are masked."""
    found = questions.look(
        session, vault, token, employer_id=employer_id, requisition_id=requisition_id, kind="preview"
    )
    text, guidance_text = found.asked.get("text", ""), found.asked.get("guidance", "")
    if found.state != "done":
        return Preview(found.state, _why(found.error, locale), text, guidance_text)
    data = found.answer
    asked, now = Requirement.from_json(data["requirement"]), Requirement.from_json(data["now"])
    changed = requirement.changed_fields(now, asked)
    stored = StoredMarket(Market.from_json(data["market"]))
    lines = line_counts(stored, data["inclusive"])
    here = lines[max(data["line"], stored.market.floor) - stored.market.floor]
    scores = [person["score"] for person in data["shown"]]
    return Preview(
        "done",
        text=text,
        guidance_text=guidance_text,
        guidance_changed=data["guidance_changed"],
        understood=read_guidance(guidance_text) if guidance_text else None,
        fields=_fields(asked, changed, locale),
        changed_fields=tuple((name, saying.label(name, locale)) for name in changed),
        line=here.line,
        proposed_line=data["proposed_line"],
        people=here.people,
        reachable=here.reachable,
        pay_unknown=here.pay_unknown,
        people_before=data["people_before"],
        considered=data["considered"],
        universe=data["universe"],
        top=tuple(
            PreviewPerson(
                person["label"],
                person["headline"],
                person["score"],
                one_line(dimensions_view(person["evidence"], locale), locale),
                person["before"],
            )
            for person in data["shown"][:BEST]
        ),
        faults=tuple(fault_text(fault, locale) for fault in faults_of(asked, stored.market, here.line, scores)),
        lines=tuple(lines),
    )


def work_out(work: Work, requisition: Requisition, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Judge the text on the people there are now; what people here have overridden stays overridden."""
    with work.reading() as session:
        connection = session.get_one(Connection, requisition.connection_id)
        current = session.get(Calibration, requisition.calibration_id) if requisition.calibration_id else None
        overrides = requirement.overrides_of(session, requisition.key)
        note = guidances.current(session, requisition.key)
        counted = read_market(session, current) if current is not None else None
        labels = _labels(session, current)
        now = requirement.asked_now(session, requisition)
        if current is not None:
            now = Requirement.from_json(session.get_one(RequirementRow, current.requirement_id).parsed)
        pointed_at = proposals.remembered(session, work, requisition.employer_id, requisition.description)
    policy = policy_of(connection)
    wanted = _as_it_would_be(requisition, asked["text"], overrides)
    # What a model pointed at in the text as it stands counts here, too, where the words are still there.
    wanted, _ = with_proposals(wanted, asked["text"], pointed_at, now.proposed_by)
    if not wanted.parses:
        raise CantSay("nothing_parsed")
    moment: datetime = work.clock.now()
    desk = work.judge(requisition.employer_id)
    result = desk.preview(
        wanted,
        read_guidance(asked["guidance"]) if asked["guidance"] else None,
        top=20,
        floor=policy.floor,
        reference_date=moment.astimezone(ZoneInfo(policy.zone)).date(),
    )
    if result.table is None:
        raise CantSay("nothing_counted")
    best = [scored.profile_id for scored in result.shortlist[:BEST]]
    with work.reading() as session:
        people = identities(session, work.vault, requisition.employer_id, best)
        before = stored_scores(session, current, best) if current is not None else {}
    lines = headlines(work, requisition.employer_id, best, people)
    line = current.proposed_line if current is not None and current.state == "done" else result.proposed_line
    former = {count.line: count.people for count in line_counts(counted, policy.inclusive)} if counted else {}
    return {
        "requirement": wanted.to_json(),
        "now": now.to_json(),
        "guidance_changed": asked["guidance"] != (note.text.strip() if note is not None else ""),
        "market": folded(result.table).to_json(),
        "inclusive": policy.inclusive,
        "line": line,
        "proposed_line": result.proposed_line,
        "people_before": former.get(line, 0),
        "considered": result.considered,
        "universe": result.universe,
        "shown": [
            {
                "label": labels.get(scored.profile_id, ""),
                "headline": lines.get(scored.profile_id, ""),
                "score": scored.score,
                "before": before.get(scored.profile_id),
                "evidence": masked_evidence(scored, people.get(scored.profile_id)) if number < BEST else [],
            }
            for number, scored in enumerate(result.shortlist)
        ],
    }


def _as_it_would_be(requisition: Requisition, text: str, overrides: list[Override]) -> Requirement:
    """The text with the fields set by hand, but for those the text itself now says otherwise (as when it is read)."""
    read = requirement.parsed(text)
    before, after = (requirement.plain_values(one) for one in (requirement.parsed(requisition.description), read))
    standing = [one for one in overrides if after[one.field] in (before[one.field], one.text_value)]
    return requirement.with_overrides(read, standing)


def _labels(session: Session, calibration: Calibration | None) -> dict[str, str]:
    if calibration is None:
        return {}
    rows = session.exec(
        select(ShortlistEntry.profile_id, ShortlistEntry.label).where(
            col(ShortlistEntry.calibration_id) == calibration.key
        )
    )
    return dict(rows.all())


def _fields(asked: Requirement, changed: list[str], locale: str) -> tuple[FieldRead, ...]:
    _ = phrases(locale)
    found = []
    for name in requirement.FIELDS:
        said = saying.values(name, getattr(asked, name), locale)
        if not said and name in changed:
            said = [(_("not asked for"), "", False)]
        found += [
            FieldRead(name, saying.label(name, locale), value, quote, inferred, name in changed)
            for value, quote, inferred in said
        ]
    return tuple(found)


def _why(code: str, locale: str) -> str:
    _ = phrases(locale)
    texts = {
        "nothing_parsed": _("This text names neither a role nor a skill, so nobody can be ranked by it. Add one."),
        "nothing_counted": _("Nobody could be counted. Please try again in a moment."),
    }
    return texts.get(code, code)
