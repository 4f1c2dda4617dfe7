"""What a check says: one finding a line, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import click

from connectors.records import Finding
from plugin.cli.wording import said, wrapped

OK, NOTE, FAIL = "ok", "note", "FAIL"


@dataclass(frozen=True, slots=True)
class Line:
    """One finding. `todo` says what to do; a NOTE is nothing wrong, but worth knowing."""

    level: str
    where: str
    what: str
    detail: str = ""
    todo: str = ""


def show_findings(findings: Iterable[Finding], locale: str) -> bool:
    """Print what a connector did or found, what is wrong with what to do; True when all is well."""
    well = True
    for finding in findings:
        well &= finding.ok
        what, detail, todo = (said(words, locale) for words in (finding.what, finding.detail, finding.todo))
        line = f"{what} — {detail}" if detail else what
        click.echo(wrapped(line, first=f"  {'ok  ' if finding.ok else 'FAIL'} ", then="       "))
        if todo:
            click.echo(wrapped(todo, first="       ", then="       "))
    return well
