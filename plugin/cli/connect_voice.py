"""What `connect` asks about who writes: the employer itself, an agency for its clients, an operator on its behalf."""

from __future__ import annotations

import click
from sqlmodel import col, select

from plugin.cli.asking import Asker
from plugin.policy import LegalBlock
from plugin.rows import Connection, Employer
from plugin.scouting.voices import IN_HOUSE, OPERATOR, VOICES
from plugin.work.context import Work


def ask_mode(work: Work, ask: Asker, there: Connection | None, employer: str) -> str:
    """How letters of an employer's connections speak; kept unless answered. `employer`: its name, for a new connection."""
    _ = ask.say
    with work.reading() as session:
        if there is not None:
            known = session.get(Employer, there.employer_id)
        else:
            known = session.exec(select(Employer).where(col(Employer.name) == employer)).first()
    mode = ask.text(
        "mode",
        _("Who writes to candidates: in_house, agency (licensed placement) or operator (entrusted recruiting)"),
        known.mode if known is not None else IN_HOUSE,
        among=VOICES,
    )
    if mode not in VOICES:
        raise click.UsageError(_("The answer 'mode' must be one of %(these)s.", these=", ".join(VOICES)))
    return mode


def ask_entrustment(ask: Asker, legal: LegalBlock, mode: str) -> dict[str, str]:
    """What an operator's letters must state of the entrusted recruitment (職業安定法 Art. 36); nothing for others."""
    if mode != OPERATOR:
        return {}
    _ = ask.say
    return {
        "entrusted_by": ask.text("entrusted_by", _("Who entrusts the recruiting (委託元)"), legal.entrusted_by),
        "entrusted_to": ask.text("entrusted_to", _("Who is entrusted with it (委託先)"), legal.entrusted_to),
        "entrustment_basis": ask.text(
            "entrustment_basis",
            _("Permission or notification it rests on (委託募集)"),
            legal.entrustment_basis,
        ),
    }
