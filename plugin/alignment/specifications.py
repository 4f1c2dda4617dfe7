"""Three ways to write the requirement that the supply would serve, as cards; picking one is an override (B17).

Nothing is asked of anybody's permission: the card shows what each would bring. The one picked becomes the requirement's
next version and is calibrated anew; undoing ends the overrides, and the text speaks for itself again.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from plugin.alignment import acts, requirement, saying
from plugin.alignment import commitment as commitments
from plugin.alignment.market import LineCount, StoredMarket, counts_by_line, read_market
from plugin.alignment.starting import keep_current
from plugin.events import record
from plugin.i18n import phrases
from plugin.identity import known_keys
from plugin.rows import Calibration, Connection, Event, RequirementRow, Requisition, ShortlistEntry
from plugin.sealing import Vault
from ranking.values import Requirement, Specification

LETTERS = "ABC"
GAINED_SHOWN = 10


class NotOffered(ValueError):
    """This calibration offers no such specification."""

    def text(self, locale: str) -> str:
        return phrases(locale)("There is no such specification here. Please choose one of those shown.")


class Overtaken(ValueError):
    """The requirement has changed since these specifications were worked out."""

    def text(self, locale: str) -> str:
        return phrases(locale)("The requirement has changed since. Please choose from the current specifications.")


@dataclass(frozen=True, slots=True)
class Change:
    """One field, as it is asked now and as it would be."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Gained:
    """Somebody above the line only so. `label`: A-03 where they are on the shortlist; the headline is masked."""

    label: str
    headline: str
    score: int
    score_as_written: int


@dataclass(frozen=True, slots=True)
class Card:
    """One specification at one line. `people`: desired pay within its band or unknown (`pay_unknown` of them).

    `more`: people compared with as written, at the same line; it may be negative. `gained`: some of whom it brings,
    best first, `gained_more` further ones are only counted (worked out at the proposed line).
    """

    letter: str
    kind: str
    title: str
    why: str
    changes: tuple[Change, ...]
    line: int
    people: int
    pay_unknown: int
    reachable: int
    beyond: int
    more: int
    gained: tuple[Gained, ...]
    gained_more: int
    picked: bool
    lines: tuple[LineCount, ...]


@dataclass(frozen=True, slots=True)
class Picked:
    """The specification in force on a requisition: which, of which calibration, by whom, when."""

    letter: str
    kind: str
    calibration: str
    by: str
    at: datetime


def cards(
    session: Session,
    vault: Vault,
    calibration: Calibration,
    stored: StoredMarket,
    *,
    line: int,
    inclusive: bool,
    locale: str,
) -> tuple[Card, ...]:
    """The specifications of a calibration at a line (not below its floor), in the reader's language."""
    asked = Requirement.from_json(session.get_one(RequirementRow, calibration.requirement_id).parsed)
    line = max(line, stored.market.floor)
    headlines = _headlines(session, vault, calibration, stored)
    labels = select(ShortlistEntry.profile_id, ShortlistEntry.label)
    shortlisted = dict(session.exec(labels.where(col(ShortlistEntry.calibration_id) == calibration.key)).all())
    requisition = session.get_one(Requisition, calibration.requisition_id)
    last = last_pick(session, requisition)
    chosen = last.facts["letter"] if last is not None and last.facts.get("calibration") == calibration.key else ""
    made: list[Card] = []
    written = 0
    for letter, specification in zip(LETTERS, stored.specifications, strict=False):
        lines = tuple(counts_by_line(specification.people, stored.market.floor, inclusive))
        here = lines[line - stored.market.floor]
        if letter == LETTERS[0]:
            written = here.people
        above = [one for one in specification.gained if one[1] >= line]
        made.append(
            Card(
                letter=letter,
                kind=specification.kind,
                title=title_text(specification, asked, locale),
                why=why_text(specification, locale),
                changes=changes_of(asked, specification.changes, locale),
                line=line,
                people=here.people,
                pay_unknown=here.pay_unknown,
                reachable=here.reachable,
                beyond=here.beyond,
                more=here.people - written,
                gained=tuple(
                    Gained(
                        shortlisted.get(profile_id, f"{letter}-{number:02}"), headlines.get(profile_id, ""), now, before
                    )
                    for number, (profile_id, now, before) in enumerate(above[:GAINED_SHOWN], start=1)
                ),
                gained_more=len(above[GAINED_SHOWN:]),
                picked=letter == chosen,
                lines=lines,
            )
        )
    return tuple(made)


def changes_of(asked: Requirement, changes: Mapping[str, Any], locale: str) -> tuple[Change, ...]:
    """What a specification changes, field by field in words; lists show what leaves and what joins them."""
    after = changed(asked, changes)
    found = []
    for field in requirement.FIELDS:
        if field not in changes:
            continue
        before_text, after_text = (saying.field_text(one, field, locale) for one in (asked, after))
        if before_text != after_text:
            found.append(Change(field, saying.label(field, locale), before_text, after_text))
    return tuple(found)


def changed(asked: Requirement, changes: Mapping[str, Any]) -> Requirement:
    """The requirement with the fields of a specification in it."""
    return requirement.with_values(asked, {field: _plain(value) for field, value in changes.items()})


def _plain(value: Any) -> Any:
    """A field's value as an override holds it: lists of what is asked, without their quotes."""
    if isinstance(value, list | tuple):
        return [item.get("value", item) for item in value]
    return value


def card_text(card: Card, locale: str) -> str:
    """A card in one line: its letter, what it changes, whom it would bring."""
    _ = phrases(locale)
    changes = _(", ").join(
        _("%(field)s: %(before)s → %(after)s", field=change.label, before=change.before, after=change.after)
        for change in card.changes
        if card.kind != "must_eased"  # its title says it shorter
    )
    return _(
        "%(letter)s: %(what)s. %(people)s people above %(line)s, about %(reachable)s reachable",
        letter=card.letter,
        what=f"{card.title} ({changes})"
        if changes and locale != "ja"
        else f"{card.title}（{changes}）"
        if changes
        else card.title,
        people=f"{card.people:,}",
        line=card.line,
        reachable=f"{card.reachable:,}",
    ) + (_(" (%(more)s more)", more=f"{card.more:,}") if card.more > 0 else "")


def title_text(specification: Specification, asked: Requirement, locale: str) -> str:
    """A card's head."""
    _ = phrases(locale)
    if specification.kind == "language_eased":
        return _("Less %(language)s", language=saying.label(_language(specification), locale))
    if specification.kind == "pay_moved":
        return _("A higher upper end of pay")
    if specification.kind == "must_eased":
        musts = changed(asked, specification.changes).must
        eased = [saying.value("must", stated.value, locale) for stated in asked.must if stated not in musts]
        return _("“%(must)s” welcome, not required", must=_(", ").join(eased) or specification.about)
    return _("As written")


def why_text(specification: Specification, locale: str) -> str:
    """Why this one is offered, in one sentence."""
    _ = phrases(locale)
    texts = {
        "language_eased": _("The language asked for alone keeps people below the line."),
        "pay_moved": _("People above the line want more than the band offers."),
        "must_eased": _("Of the musts, this one keeps most people below the line."),
    }
    return texts.get(specification.kind, _("What the description and the changes made here ask for."))


def _language(specification: Specification) -> str:
    if specification.about in ("japanese", "english"):
        return specification.about
    return next((field for field in specification.changes if field in ("japanese", "english")), "japanese")


def _headlines(session: Session, vault: Vault, calibration: Calibration, stored: StoredMarket) -> dict[str, str]:
    """The masked lines on people gained; those of people erased since are gone."""
    keys = known_keys(session, vault, calibration.employer_id, list(stored.headlines))
    return {
        profile_id: json.loads(keys[profile_id].decrypt(base64.b64decode(sealed)))
        for profile_id, sealed in stored.headlines.items()
        if profile_id in keys
    }


# Picking.


def pick_specification(
    session: Session,
    connection: Connection,
    requisition: Requisition,
    calibration: Calibration,
    letter: str,
    by: str,
    *,
    strength: str = "page",
) -> Calibration | None:
    """Take one of a calibration's specifications: its changes become overrides, and the next calibration is owed.

    Returns that calibration; None when nothing changes (A with no other pick in force). `strength`: page (known who),
    recorded (the ATS's field, whose editor is unknown: it asks otherwise, it promises nothing). Raises `Overtaken`,
    `NotOffered`. What was committed on the calibration before goes stale (R3). Does not commit.
    """
    requisition = commitments.lock(session, requisition.key)  # of two picks at once the later one is told
    if requisition.calibration_id != calibration.id or calibration.state != "done":
        raise Overtaken("the calibration is not the requisition's current one")
    offered = dict(zip(LETTERS, read_market(session, calibration).specifications, strict=False))
    letter = letter.strip().upper()
    if letter not in offered:
        raise NotOffered(f"no specification {letter[:1]!r}")
    specification = offered[letter]
    before = _standing(session, requisition)
    overrides = (
        acts.set_overrides(
            session, requisition, {field: _plain(value) for field, value in specification.changes.items()}, by
        )
        if specification.changes
        else []
    )
    record(
        session,
        requisition.employer_id,
        "requisition",
        requisition.key,
        "specification_picked",
        actor=by,
        calibration=calibration.key,
        short_id=calibration.short_id,
        letter=letter,
        kind=specification.kind,
        strength=strength,
        # Undoing lets the text speak for itself: what earlier picks set goes with it, unless this one replaced it.
        overrides=sorted({override.key for override in overrides} | (before & _in_force(session, requisition))),
    )
    return keep_current(session, connection, requisition) if overrides else None


def picked(session: Session, requisition: Requisition) -> Picked | None:
    """The specification picked last, while it stands: until it is undone, overridden, or the text itself changes."""
    event = last_pick(session, requisition)
    if event is None:
        return None
    wanted = set(event.facts["overrides"])
    stands = wanted <= _in_force(session, requisition)
    if not stands or (not wanted and event.facts["calibration"] != requisition.calibration_id):
        return None
    return Picked(event.facts["letter"], event.facts["kind"], event.facts["short_id"], event.actor, event.created_at)


def undo_pick(session: Session, connection: Connection, requisition: Requisition, by: str) -> Calibration | None:
    """End what the last pick set, and calibrate what then is asked; None when no pick stands."""
    event = last_pick(session, requisition)
    if event is None or picked(session, requisition) is None:
        return None
    wanted = set(event.facts["overrides"])
    for override in requirement.overrides_of(session, requisition.key):
        if override.key in wanted:
            acts.close_override(session, override, by)
    record(session, requisition.employer_id, "requisition", requisition.key, "specification_undone", actor=by)
    return keep_current(session, connection, requisition)


def _standing(session: Session, requisition: Requisition) -> set[int]:
    """The overrides that picks have set, as far as the last pick still stands."""
    event = last_pick(session, requisition)
    return set(event.facts["overrides"]) if event is not None and picked(session, requisition) is not None else set()


def _in_force(session: Session, requisition: Requisition) -> set[int]:
    return {override.key for override in requirement.overrides_of(session, requisition.key)}


def last_pick(session: Session, requisition: Requisition) -> Event | None:
    """The last pick that was not undone."""
    event = session.exec(
        select(Event)
        .where(
            col(Event.employer_id) == requisition.employer_id,
            col(Event.subject) == "requisition",
            col(Event.subject_id) == requisition.key,
            col(Event.what).in_(("specification_picked", "specification_undone")),
        )
        .order_by(col(Event.id).desc())
    ).first()
    return event if event is not None and event.what == "specification_picked" else None
