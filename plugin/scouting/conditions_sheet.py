"""The sheet of working conditions (募集要項) in words: labels, values, and the attachment a receipt carries."""

from __future__ import annotations

import html as escaping
from collections.abc import Sequence

from connectors.records import Attachment
from plugin.i18n import phrases, say_date
from plugin.policy import LegalBlock
from plugin.scouting.voices import AGENCY, OPERATOR
from plugin.scouting.working_conditions import FIELDS, Sheet


def label(field: str, locale: str) -> str:
    """A condition's name as forms in this language call it."""
    _ = phrases(locale)
    return {
        "employer": _("Employer (the recruiting party)"),
        "contract": _("Contract"),
        "term": _("Contract period"),
        "renewal": _("Renewal and its criteria"),
        "renewal_cap": _("Limit of renewals or of the total period"),
        "trial": _("Trial period and its conditions"),
        "job": _("Work to be done"),
        "job_change": _("Work: scope of later change"),
        "place": _("Workplace"),
        "place_change": _("Workplace: scope of later change"),
        "hours": _("Working hours"),
        "breaks": _("Breaks"),
        "overtime": _("Work beyond the hours"),
        "holidays": _("Holidays and leave"),
        "pay": _("Pay"),
        "fixed_overtime_amount": _("Fixed overtime pay (JPY a month)"),
        "fixed_overtime_hours": _("Hours a month it pays for"),
        "insurance": _("Insurance"),
        "smoking": _("Measures against passive smoking"),
    }[field]


def contracts(locale: str) -> dict[str, str]:
    """What a contract may be."""
    _ = phrases(locale)
    return {"permanent": _("without a fixed term"), "fixed_term": _("with a fixed term")}


def value_said(field: str, value: str, locale: str) -> str:
    """A value in the reader's language, as far as it is not free text."""
    _ = phrases(locale)
    if field == "contract":
        return contracts(locale).get(value, value)
    if field == "fixed_overtime_amount" and value.isdigit():
        return _("%(amount)s yen", amount=f"{int(value):,}")
    if field == "fixed_overtime_hours":
        return _("%(hours)s hours; what goes beyond is paid in addition", hours=value)
    return value


def lines(sheet: Sheet, locale: str, *, employer: str = "") -> list[tuple[str, str]]:
    """(label, value) of every condition in the order of the law; a gap says that it is told later.

    `employer`: how this reader may be told of the employer, where its name is withheld.
    """
    _ = phrases(locale)
    later = _("Not settled yet. We will tell you before you decide whether to apply.")
    missing = sheet.gaps
    found = []
    for field in FIELDS:
        if field == "employer" and employer:
            found.append((label(field, locale), employer))
        elif field in sheet.known:
            found.append((label(field, locale), value_said(field, sheet.known[field].value, locale)))
        elif field in missing:
            found.append((label(field, locale), later))
    return found


def agency_lines(legal: LegalBlock, voice: str, locale: str) -> list[tuple[str, str]]:
    """Who passes the offer on, where that is not the employer."""
    _ = phrases(locale)
    if voice == AGENCY:
        return [
            (_("Placed by"), legal.sender),
            (_("Licence of the employment agency"), legal.licence),
        ]
    if voice == OPERATOR:
        return [
            (_("Recruiting entrusted by"), legal.entrusted_by),
            (_("Recruiting entrusted to"), legal.entrusted_to),
            (_("Basis of the entrustment"), legal.entrustment_basis),
        ]
    return []


def attachment(rows: Sequence[tuple[str, str]], *, role: str, sheet: Sheet, locale: str) -> Attachment:
    """The sheet as one HTML file that loads nothing. Its name says nothing of employer or role."""
    _ = phrases(locale)
    title = _("Working conditions")
    body = "".join(
        f"<tr><th>{escaping.escape(name)}</th><td>{escaping.escape(value)}</td></tr>\n".replace("\r", "")
        for name, value in rows
    )
    as_of = escaping.escape(
        _("As of %(day)s. Should anything change, we will say so.", day=say_date(sheet.as_of, locale))
    )
    page = (
        f'<!doctype html>\n<html lang="{locale}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escaping.escape(title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        f"<h1>{escaping.escape(title)}</h1>\n<p>{escaping.escape(role)}</p>\n<p>{as_of}</p>\n"
        f"<table>\n{body}</table>\n</body></html>\n"
    )
    name = {"ja": "募集要項.html"}.get(locale, "working-conditions.html")
    return Attachment(filename=name, content=page.encode(), media_type="text/html", kind="other")


_STYLE = (
    "body{font-family:sans-serif;line-height:1.7;max-width:44em;margin:1.5em auto;padding:0 1em;color:#222}"
    "h1{font-size:1.3em}table{border-collapse:collapse;width:100%}"
    "th,td{border-top:1px solid #ccc;padding:.5em .6em;text-align:left;vertical-align:top;white-space:pre-line}"
    "th{width:12em;font-weight:600}@media(max-width:34em){th,td{display:block;width:auto;border:0;padding:.2em 0}"
    "th{border-top:1px solid #ccc;padding-top:.6em}}"
)
