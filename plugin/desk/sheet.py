"""The same letter as a table of one row, for whoever types people into a system without an API."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from typing import TYPE_CHECKING

from plugin.desk.letter import CAREER, CONTACT, Section
from plugin.i18n import phrases
from plugin.spreadsheets import safe

if TYPE_CHECKING:
    from plugin.desk.cases import Case, Chosen


def table(case: Case, chosen: Chosen, sections: Sequence[Section], *, company: str) -> bytes:
    """One row under its headings, as spreadsheets open it: UTF-8 with its mark, CRLF, no cell a formula."""
    _ = phrases(chosen.language)
    identity, contact = case.identity, case.contact
    told = CONTACT in chosen.items
    career = CAREER in chosen.items
    cells = [
        (_("Position"), case.position.title),
        (_("Company"), company),
        (_("Name"), identity.name),
        (_("Name in kana"), identity.kana),
        (_("Name in Latin letters"), identity.romaji),
        (_("Mail address"), ", ".join(contact.emails) if told else ""),
        (_("Telephone"), (identity.phone or ", ".join(contact.phones)) if told else ""),
        (_("Employer"), (identity.company or contact.company) if career else ""),
        (_("Title"), (identity.title or contact.title) if career else ""),
    ]
    cells += [(section.heading, _lines(section)) for section in sections[1:]]
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([heading for heading, _value in cells])
    writer.writerow([safe(value) for _heading, value in cells])
    return ("\ufeff" + out.getvalue()).encode("utf-8")


def _lines(section: Section) -> str:
    return "\n".join(f"{label}: {value}" if label else value for label, value in section.lines)
