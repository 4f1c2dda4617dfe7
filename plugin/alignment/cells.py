"""The people behind a cell of the market table, for those who may see them (B13). A withheld cell stays closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from plugin.alignment import guidance as guidances
from plugin.alignment import questions
from plugin.alignment.calibration import headlines
from plugin.alignment.market import market_table, read_market
from plugin.alignment.questions import CantSay
from plugin.alignment.store import judged_on
from plugin.alignment.withholding import LEAST
from plugin.i18n import phrases
from plugin.identity import identities
from plugin.rows import Calibration, Connection, GuidanceNote, RequirementRow, Requisition
from plugin.sealing import Vault
from plugin.work.context import Work
from ranking.values import Requirement

MOST = 100


class Withheld(ValueError):
    """This cell is not shown, so nobody behind it is either (R10)."""

    def text(self, locale: str) -> str:
        return phrases(locale)("This cell is withheld: too few people are in it, or in one beside it.")


@dataclass(frozen=True, slots=True)
class CellPerson:
    """One of the people. `name` is "" in masked views and for people erased since; the headline is masked always."""

    profile_id: str
    name: str
    headline: str
    score: int
    reachable: bool


@dataclass(frozen=True, slots=True)
class CellPeople:
    """`state`: owed, done, failed (`message` says why), gone. At most MOST people, best score first, `of` so many."""

    state: str
    message: str = ""
    people: tuple[CellPerson, ...] = ()
    of: int = 0


def ask_people(
    session: Session,
    vault: Vault,
    calibration: Calibration,
    *,
    language: str,
    line: int,
    level: int,
    basis: str,
    band: int,
    by: str,
) -> str:
    """Ask who is in a cell of `market_table(stored, line, language)`; `band` counts its bands from 0.

    Returns the token to look with; raises `Withheld` for a cell that is not shown (or empty, or not there). Whoever
    calls this has made sure that `by` may see people.
    """
    table = market_table(read_market(session, calibration), line, language)
    row = next((row for row in table.rows if (row.level, row.basis) == (level, basis)), None)
    if row is None or not 0 <= band < len(table.bands) or not row.counts[band]:
        raise Withheld("nobody is shown there")
    requisition = session.get_one(Requisition, calibration.requisition_id)
    asked = {
        "calibration": calibration.key,
        "line": table.line,
        "cell": {
            "language": language,
            "level": level,
            "basis": basis,
            "low": table.bands[band].low,
            "high": table.bands[band].high,
        },
    }
    return questions.ask(session, vault, requisition, kind="cell", asked=asked, by=by)


def people_behind(
    session: Session,
    vault: Vault,
    token: str,
    *,
    employer_id: int,
    requisition_id: int | None = None,
    masked: bool,
    locale: str,
) -> CellPeople:
    """Look for the answer; names only where the view is not masked."""
    found = questions.look(session, vault, token, employer_id=employer_id, requisition_id=requisition_id, kind="cell")
    if found.state != "done":
        return CellPeople(found.state, _why(found.error, locale))
    listed = found.answer["people"]
    known = {} if masked else identities(session, vault, employer_id, [person["id"] for person in listed])
    return CellPeople(
        "done",
        people=tuple(
            CellPerson(
                person["id"],
                known[person["id"]].name if person["id"] in known else "",
                person["headline"],
                person["score"],
                person["contactable"],
            )
            for person in listed
        ),
        of=found.answer["of"],
    )


def work_out(work: Work, requisition: Requisition, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Find the people of a cell. The store may have changed since it was counted: few left are withheld again."""
    with work.reading() as session:
        calibration = session.get_one(Calibration, asked["calibration"])
        connection = session.get_one(Connection, requisition.connection_id)
        row = session.get_one(RequirementRow, calibration.requirement_id)
        note = session.get(GuidanceNote, calibration.guidance_id) if calibration.guidance_id else None
    count, members = work.judge(requisition.employer_id).people_of(
        Requirement.from_json(row.parsed),
        guidances.understood(note),
        asked["cell"],
        line=asked["line"],
        limit=MOST,
        reference_date=judged_on(calibration, connection),
    )
    if count < LEAST:
        raise CantSay("few")
    ids = [member.profile_id for member in members]
    with work.reading() as session:
        people = identities(session, work.vault, requisition.employer_id, ids)
    lines = headlines(work, requisition.employer_id, ids, people)
    return {
        "of": count,
        "people": [
            {
                "id": member.profile_id,
                "headline": lines.get(member.profile_id, ""),
                "score": member.score,
                "contactable": member.contactable,
            }
            for member in members
        ],
    }


def _why(code: str, locale: str) -> str:
    return phrases(locale)("Fewer than five people are left in this cell.") if code == "few" else code
