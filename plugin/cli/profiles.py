"""`kakuyaku profiles`: people into the store, and whether the store is sound."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click
from sqlalchemy import func
from sqlmodel import col, select

from plugin.cli.fit import fit_profiles
from plugin.cli.means import a_file, employer_named, opened, quiet
from plugin.cli.store_errands import PUTS_IN, errand, kept_when_stopped, owner_of
from plugin.people_in.records import BASIS_WORDS
from plugin.rows import Journal, Profile

if TYPE_CHECKING:
    from ranking.universe import GeneratedPerson

_employer = click.option("--employer", default="", help="Name or number; the only one there is if left out.")
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group("profiles")
def profiles() -> None:
    """The profile store."""


_DAY = click.DateTime(["%Y-%m-%d"])


@profiles.command("import")
@click.argument(
    "path", type=click.Path(exists=True, allow_dash=True, path_type=Path), required=False, metavar="FILE|FOLDER"
)
@_employer
@click.option("--create", is_flag=True, help="Make the employer if there is none of that name.")
@click.option("--from-ats", "connection", metavar="CONNECTION", help="Read the ATS's own past candidates instead.")
@click.option("--since", type=_DAY, help="With --from-ats: only who was active since that day.")
@click.option("--source", default="", help="Where these profiles come from; kept with each.  [default: import]")
@click.option("--basis", type=click.Choice(tuple(BASIS_WORDS)), help="Why these people may be written to.")
@click.option("--consent-date", type=_DAY, help="The day they agreed to be contacted.")
@click.option("--as-of", type=_DAY, help="The day this was last known to be true, where a record doesn't say.")
@click.option("--mapping", type=a_file(), help="What each column of a table is taken as (.toml).")
@click.option("--yes", is_flag=True, help="Take the guessed columns of a table as they are.")
@click.option("--dry-run", is_flag=True, help="Read everything, change nothing.")
def import_profiles(
    path: Path | None,
    employer: str,
    create: bool,
    connection: str | None,
    since: datetime | None,
    source: str,
    basis: str | None,
    consent_date: datetime | None,
    as_of: datetime | None,
    mapping: Path | None,
    yes: bool,
    dry_run: bool,
) -> None:
    """Import people: JSON lines, a table (CSV, TSV), a résumé or a folder of them (PDF, Word, Excel), or the ATS.

    Each JSON line has `id` and `text`; optional are the fields of a profile and who the person is: name, kana, romaji,
    email, phone, company, title, language (ja or en), contact_basis, basis_at and as_of. The columns of a table are
    guessed, shown and written to a file to edit. What the law bans is stripped and counted, the same person is folded
    into one, what can't be read is set aside with the reason. The same command goes on where it was stopped.
    """
    from plugin.cli.importing import defaults_of, import_people

    if (path is None) == (connection is None):
        raise click.UsageError("Name a file or a folder, or --from-ats with a connection.")
    if connection is not None:
        if any((basis, consent_date, as_of, mapping, yes, employer, create, source)):
            raise click.UsageError("--from-ats takes --since and --dry-run only: the connection says the rest.")
        from plugin.cli.rediscovering import import_from_ats

        import_from_ats(connection, since.replace(tzinfo=UTC) if since else None, dry_run)
        return
    if since is not None:
        raise click.UsageError("--since goes with --from-ats.")
    assert path is not None
    defaults = defaults_of(source or "import", basis, consent_date, as_of, datetime.now(UTC))
    import_people(path, employer, create, defaults, mapping, dry_run, yes)


@profiles.command("confirm")
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@_employer
@click.option("--by", required=True, help="Who has confirmed it; kept.")
def confirm_profiles(ids: tuple[str, ...], employer: str, by: str) -> None:
    """Say that what is known of people is still true today. Old profiles are promised to again after this."""
    from plugin.people import confirm

    with opened() as work, work.writing() as session:
        owner = employer_named(session, employer)
        found = confirm(session, owner.key, ids, actor=f"admin:{by}")
    missing = [one for one in ids if one not in found]
    if missing:
        click.echo(f"not in the store: {', '.join(missing)}", err=True)
    click.echo(f"{len(found):,} confirmed")
    if not found:
        raise click.exceptions.Exit(1)


@profiles.command("generate")
@click.argument("number", type=click.IntRange(1, 10_000_000))
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same people.")
@click.option("--out", type=click.File("w", encoding="utf-8", lazy=True), help="Write JSON lines to this file.")
@click.option("--employer", default="", help="Put them into this employer's store instead of printing them.")
@click.option("--create", is_flag=True, help="Make the employer if there is none of that name.")
def generate_profiles(number: int, seed: int, out: TextIO | None, employer: str, create: bool) -> None:
    """Invent a believable bilingual universe of people, none of whom exists (example.* addresses)."""
    from ranking.universe import generate

    people = generate(number, seed)
    if create and not employer:
        raise click.UsageError("--create makes an employer: name it with --employer.")
    if employer and out:
        raise click.UsageError("Either into a file (--out) or into the store (--employer), not both.")
    if out:
        with click.progressbar(people, length=number, label="Inventing people", file=sys.stderr, hidden=quiet()) as bar:
            for person in bar:
                out.write(json.dumps(as_line(person), ensure_ascii=False) + "\n")
        return
    if not employer:
        for person in people:
            click.echo(json.dumps(as_line(person), ensure_ascii=False))
        return
    from plugin.people import add_people
    from plugin.people_in.taking_in import STEP

    with opened() as work:
        owner = owner_of(work, employer, create)
        with (
            kept_when_stopped(),
            click.progressbar(length=number, label="Inventing people", file=sys.stderr, hidden=quiet()) as bar,
        ):
            while batch := list(islice(people, STEP)):
                with work.writing() as session:
                    add_people(session, work.vault, owner.key, batch, source="generated")
                bar.update(len(batch))
        with kept_when_stopped():
            errand(work, owner, "apply")
    click.echo(f"{number:,} put into the store of {owner.name}")


@profiles.command("count")
@_employer
@_json
def count_profiles(employer: str, as_json: bool) -> None:
    """Count the people known and those in the store."""
    with opened() as work:
        with work.reading() as session:
            owner = employer_named(session, employer)
            known = session.execute(
                select(func.count()).select_from(Profile).where(col(Profile.employer_id) == owner.key)
            ).scalar_one()
            journal = session.exec(select(Journal.last).where(col(Journal.employer_id) == owner.key)).first() or 0
        stored = errand(work, owner, "count")
    counted = {"employer": owner.name, "known": known, "journal": journal, **stored}
    if as_json:
        click.echo(json.dumps(counted, ensure_ascii=False))
        return
    waiting = journal - stored["applied"]
    click.echo(
        f"{known:,} people known, {stored['profiles']:,} in the store"
        + (f", {waiting:,} changes wait: {PUTS_IN}" if waiting else "")
    )


@profiles.command("rebuild")
@_employer
def rebuild_profiles(employer: str) -> None:
    """Read and encode everyone anew (after an upgrade). The old vectors serve until the new ones are complete."""
    with opened() as work:
        with work.reading() as session:
            owner = employer_named(session, employer)
        done = errand(work, owner, "rebuild")
    click.echo(f"{done:,} rebuilt")


profiles.add_command(fit_profiles)


@profiles.command("verify")
@_employer
@_json
def verify_profiles(employer: str, as_json: bool) -> None:
    """Compare journal, texts, vectors, index and its checksums; exit code 1 when they differ."""
    with opened() as work:
        with work.reading() as session:
            owner = employer_named(session, employer)
        findings = errand(work, owner, "verify")
        stored = errand(work, owner, "count")
        with work.reading() as session:
            journal = session.exec(select(Journal.last).where(col(Journal.employer_id) == owner.key)).first() or 0
    waiting = journal - stored["applied"]
    if waiting:
        click.echo(f"{waiting:,} changes wait and were not looked at: {PUTS_IN}", err=True)
    if as_json:
        click.echo(json.dumps(findings, ensure_ascii=False, indent=2))
    elif not findings:
        click.echo("sound")
    for finding in [] if as_json else findings[:50]:
        click.echo(f"{finding['kind']}: {finding['message']}")
    if findings:
        raise click.exceptions.Exit(1)


def as_line(person: GeneratedPerson) -> dict[str, Any]:
    """A generated person as `profiles import` reads it back."""
    profile = {name: value for name, value in asdict(person.profile).items() if value is not None}
    return profile | {
        "name": person.name,
        "kana": person.kana,
        "romaji": person.romaji,
        "email": person.email,
        "phone": person.phone,
        "company": person.company,
        "title": person.title,
        "language": person.language,
        "contact_basis": person.contact_basis,
        "basis_at": person.basis_at.isoformat() if person.basis_at else None,
    }
