"""`read-jd`, `rank`, `calibrate`: the judgement at the command line. Ids and quotes, no names."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from plugin.cli.means import a_file, employer_named, opened, read_text, settings_for_commands, words_in_force
from plugin.cli.requirement_table import requirement_table
from ranking.guidance import read_guidance
from ranking.profiles import read_profiles
from ranking.requirement import plain_text, read_requirement
from ranking.values import Guidance, Requirement

_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_jd = click.option("--jd", type=a_file(), required=True, metavar="FILE", help="The job description (text or HTML).")
_guidance = click.option(
    "--guidance", type=a_file(), metavar="FILE", help="The manager's own words on whom to look for."
)
_top = click.option("--top", type=click.IntRange(1, 1000), default=20, show_default=True)


@click.command("read-jd")
@click.argument("file", type=a_file())
@_json
def read_jd(file: Path, as_json: bool) -> None:
    """Read a job description as it is understood, each field with the words it was read from."""
    _, requirement = _description(file)
    if as_json:
        _print(requirement.to_json() | {"hash": requirement.hash})
        return
    click.echo(requirement_table(requirement))


@click.command("rank")
@_jd
@click.option(
    "--profiles", "profiles_file", type=a_file(), required=True, metavar="FILE.jsonl", help="One person a line."
)
@_guidance
@_top
@_json
def rank(jd: Path, profiles_file: Path, guidance: Path | None, top: int, as_json: bool) -> None:
    """Rank the people of a file against a description: score and evidence, nobody removed."""
    if [str(jd), str(profiles_file), str(guidance)].count("-") > 1:
        raise click.UsageError("Standard input (-) can be read once only: give the other as a file.")
    _, requirement = _description(jd)
    wish = _wish(guidance)
    read = read_profiles(read_text(profiles_file).splitlines())
    for error in read.errors[:20]:
        click.echo(f"{profiles_file} line {error.line}: {error.message}", err=True)
    if len(read.errors) > 20:
        click.echo(f"… and {len(read.errors) - 20} more lines left out", err=True)
    if not read.profiles:
        raise click.ClickException(f'{profiles_file} holds no profile; each line is a JSON object with "id" and "text"')
    from ranking.judge import Judge  # loads numpy, which the other commands don't need
    from ranking.rereading import open_rereader

    folder = settings_for_commands().encoder
    rereader = open_rereader(Path(folder)) if folder else None
    today = datetime.now(UTC).date()
    scored = Judge.score_profiles(requirement, wish, read.profiles, reference_date=today, rereader=rereader)[:top]
    found = [asdict(one) | {"evidence_hash": one.evidence_hash} for one in scored]
    if as_json:
        _print({"requirement": requirement.to_json(), "profiles": len(read.profiles), "ranking": shown(found)})
        return
    _show_people(found, len(read.profiles))


@click.command("calibrate")
@_jd
@_guidance
@_top
@click.option(
    "--floor", type=click.IntRange(0, 100), default=40, show_default=True, help="Keep everyone from this score on."
)
@click.option("--employer", default="", help="Name or number; the only one there is if left out.")
@_json
def calibrate(jd: Path, guidance: Path | None, top: int, floor: int, employer: str, as_json: bool) -> None:
    """Calibrate a description on the installed store. Nothing is stored or sent."""
    from plugin.work.errands import ErrandFailed, send

    text, requirement = _description(jd)
    wish = _wish(guidance)
    with opened() as work:
        with work.reading() as session:
            owner = employer_named(session, employer)
        try:
            found = send(
                work,
                owner.key,
                "calibrate",
                {
                    "description": text,
                    "guidance": wish.text if wish else "",
                    "top": top,
                    "floor": floor,
                    "date": work.clock.now().date().isoformat(),
                },
                waiting=lambda: click.echo("another process has the store open; asking it …", err=True),
            )
        except ErrandFailed as error:
            raise click.ClickException(str(error)) from None
    people = [
        one | {"evidence_hash": hash} for one, hash in zip(found["shortlist"], found["evidence_hashes"], strict=True)
    ]
    if as_json:
        _print(
            {
                "requirement": requirement.to_json(),
                "score_version": found["score_version"],
                "store_revision": found["store_revision"],
                "universe": found["universe"],
                "considered": found["considered"],
                "proposed_line": found["proposed_line"],
                "above_floor": found["above_floor"],
                "shortlist": shown(people),
            }
        )
        return
    click.echo(
        f"{found['considered']:,} of {found['universe']:,} people past pay and place;"
        f" proposed line {found['proposed_line']}"
    )
    _show_people(people, found["considered"])


def _description(file: Path) -> tuple[str, Requirement]:
    words_in_force()
    text = plain_text(read_text(file))
    requirement = read_requirement(text)
    if not requirement.parses:
        raise click.ClickException(
            f"{file} asks for nothing that can be read: give a description with a title or skills"
        )
    return text, requirement


def _wish(file: Path | None) -> Guidance | None:
    if file is None:
        return None
    wish = read_guidance(read_text(file))
    for unit in wish.units:
        if unit.refused:
            click.echo(f"left out, {unit.refused} may not decide: {unit.quote.words}", err=True)
    return wish


def shown(people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """People as other programs read them: id, score, points by dimension, evidence with its quotes."""
    return [
        {
            "id": one["profile_id"],
            "score": one["score"],
            "capped": one["capped"],
            "without_language": one["without_language"],
            "without_guidance": one["without_guidance"],
            "dimensions": {d["name"]: {"points": d["points"], "maximum": d["maximum"]} for d in one["dimensions"]},
            "evidence": [row | {"dimension": d["name"]} for d in one["dimensions"] for row in d["rows"]],
            "evidence_hash": one["evidence_hash"],
        }
        for one in people
    ]


def _show_people(people: list[dict[str, Any]], among: int) -> None:
    click.echo(f"{len(people)} of {among:,}:")
    for place, one in enumerate(people, start=1):
        parts = "  ".join(
            f"{d['name']} {d['points']:.1f}/{d['maximum']:.1f}"
            for d in one["dimensions"]
            if d["points"] or d["maximum"]
        )
        click.echo(f"{place:>3}. {one['score']:>3}  {one['profile_id']:<20} {parts}")
        if words := _best_quote(one["dimensions"]):
            click.echo(f"{'':10}「{words}」")


def _best_quote(dimensions: list[dict[str, Any]]) -> str:
    """The profile's words that earn the most, on one short line; "" where none do."""
    earning = [row for d in dimensions for row in d["rows"] if row["profile"] and row["points"] > 0]
    if not earning:
        return ""
    words = " ".join(max(earning, key=lambda row: row["points"])["profile"]["words"].split())
    return words if len(words) <= _QUOTE else words[:_QUOTE] + "…"


_QUOTE = 60  # characters: one line of a terminal, in Japanese as well


def _print(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))
