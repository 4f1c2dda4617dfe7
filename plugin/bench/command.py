"""`kakuyaku bench`: measure this machine, on both databases where PostgreSQL is there."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from plugin.bench import databases
from plugin.bench.apart import apart
from plugin.bench.installation import NotRunning
from plugin.bench.tables import machine, machine_line, percentile, table
from plugin.logs import set_up_logs
from plugin.settings import alone

Measure = Callable[[databases.Engine, Callable[[str], None]], list[dict[str, Any]]]


@click.group("bench")
def bench() -> None:
    """Measure webhooks, shortlists, calibrations and replies on this machine, in temporary folders. Nothing installed is touched."""


def _shared(command: Callable[..., None]) -> Callable[..., None]:
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--database-url", default="", help="A PostgreSQL to make databases on, instead of starting one."),
        click.option(
            "--database",
            type=click.Choice(["both", "sqlite", "postgresql"]),
            default="both",
            show_default=True,
            help="Which databases. PostgreSQL is started for the time where its initdb is found.",
        ),
    ):
        command = option(command)
    return command


@bench.command("webhooks")
@click.option("--rate", type=click.FloatRange(1, 5000), default=300.0, show_default=True, help="Webhooks a second.")
@click.option("--seconds", type=click.FloatRange(1, 600), default=20.0, show_default=True, help="For how long.")
@_shared
def webhooks_command(rate: float, seconds: float, database: str, database_url: str, as_json: bool) -> None:
    """How long an ATS waits until its webhook is stored, at a fixed rate offered."""
    from plugin.bench.webhooks import measure

    _measure(
        "webhook accepted: signature checked, committed (fsync), answered; time from when it should have left",
        {"rate": rate, "seconds": seconds},
        lambda engine, say: measure(engine, rate=rate, seconds=seconds, say=say),
        database,
        database_url,
        as_json,
    )


@bench.command("shortlist")
@click.option(
    "--requisitions", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many, one by one."
)
@click.option("--people", type=click.IntRange(30, 5_000_000), default=5000, show_default=True, help="Profiles.")
@click.option(
    "--crowd", is_flag=True, help="The people are a crowd drawn into the index (see bench calibrate), no import."
)
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path), help="Where crowds are kept between runs.")
@_shared
def shortlist_command(
    requisitions: int, people: int, crowd: bool, cache: Path | None, database: str, database_url: str, as_json: bool
) -> None:
    """From a webhook received to the shortlist standing in the ATS."""
    from plugin.bench.crowd_store import default_cache
    from plugin.bench.shortlist import measure

    kept = (cache or default_cache()) if crowd else None

    _measure(
        "from the webhook received to the shortlist's note in the sandbox ATS, one requisition after the other",
        {"requisitions": requisitions, "people": people, "crowd": crowd},
        lambda engine, say: measure(engine, requisitions=requisitions, people=people, crowd=kept, say=say),
        database,
        database_url,
        as_json,
    )


@bench.command("preview")
@click.option("--texts", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many, one by one.")
@click.option("--people", type=click.IntRange(30, 100_000), default=5000, show_default=True, help="Profiles.")
@_shared
def preview_command(texts: int, people: int, database: str, database_url: str, as_json: bool) -> None:
    """From a description still in writing to whom it would find, as the page runs it live."""
    from plugin.bench.preview import measure

    _measure(
        "from a description still in writing, sent off, to its result ready to be shown, one after the other",
        {"texts": texts, "people": people},
        lambda engine, say: measure(engine, texts=texts, people=people, say=say),
        database,
        database_url,
        as_json,
    )


@bench.command("letters")
@click.option("--letters", "count", type=click.IntRange(1, 100_000), default=5000, show_default=True, help="How many.")
@_shared
def letters_command(count: int, database: str, database_url: str, as_json: bool) -> None:
    """From people chosen to their letters compiled and queued."""
    from plugin.bench.letters import measure

    _measure(
        "letters drafted, compiled as they will be sent, and queued; compiling alone in the same run",
        {"letters": count},
        lambda engine, say: measure(engine, count=count, say=say),
        database,
        database_url,
        as_json,
    )


@bench.command("calibrate")
@click.option(
    "--profiles",
    "sizes",
    type=click.IntRange(1_000, 20_000_000),
    multiple=True,
    default=(10_000, 100_000, 1_000_000, 4_000_000),
    show_default="10⁴, 10⁵, 10⁶ and 4·10⁶",
    help="How many people; may be given several times.",
)
@click.option("--runs", type=click.IntRange(3, 1000), default=15, show_default=True, help="Runs of each description.")
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path), help="Where crowds are kept between runs.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def calibrate_command(sizes: tuple[int, ...], runs: int, cache: Path | None, as_json: bool) -> None:
    """How long a calibration takes over a crowd, stage by stage, and what it needs. A crowd is drawn once and kept."""
    from plugin.bench.calibrate import encoding, measure
    from plugin.bench.crowd_store import default_cache

    found_on = machine()
    results = []
    for people in sizes:
        # A process for each size: what one leaves in memory is not counted to the next.
        results.append(apart(measure, people, runs=runs, cache=cache or default_cache(), say=to_stderr))
    speed = encoding()
    if as_json:
        click.echo(json.dumps({"machine": found_on, "sizes": results, "encoding": speed}, ensure_ascii=False, indent=2))
        return
    click.echo(machine_line(found_on))
    click.echo("The index is filled with drawn columns, concepts and vectors; texts are written for those quoted only.")
    for one in results:
        plain, store = one["plain"], one["store"]
        click.echo(f"\n{one['profiles']:,} profiles, {one['runs']} runs of each description, milliseconds")
        click.echo(table(one["calibration"]))
        click.echo("  " + ", ".join(f"{name.replace('_', ' ')} {value:,}" for name, value in store.items()))
        click.echo(f"  recall@20 of int8 against float32: {one['recall_at_20']}")
        click.echo(
            f"  plain alternative, {plain['what']}: {plain['p50_ms']} ms over {plain['people']:,} people, {plain['memory_mb']:,} MB"
        )
    click.echo(f"\nreading and encoding texts, one process: {speed['texts_per_second']:,} a second")


def to_stderr(text: str) -> None:
    click.echo(text, err=True)


@bench.command("load")
@click.option("--profiles", "people", type=click.IntRange(1_000, 10_000_000), default=100_000, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def load_command(people: int, as_json: bool) -> None:
    """How fast people come in, end to end: their texts read and encoded, into text file, Chroma and index."""
    from plugin.bench.loading import measure

    found_on = machine()
    row = apart(measure, people, to_stderr)
    if as_json:
        click.echo(json.dumps({"machine": found_on, **row}, ensure_ascii=False, indent=2))
        return
    click.echo(machine_line(found_on))
    click.echo(table([row]))


@bench.command("chroma")
@click.option("--profiles", "people", type=click.IntRange(1_000, 10_000_000), default=1_000_000, show_default=True)
@click.option("--minutes", type=click.FloatRange(0.1, 600), default=60.0, show_default=True, help="Time to load for.")
@click.option("--runs", type=click.IntRange(3, 100), default=5, show_default=True, help="Runs of each query.")
@click.option("--cache", type=click.Path(file_okay=False, path_type=Path), help="Where the collection is kept.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def chroma_command(people: int, minutes: float, runs: int, cache: Path | None, as_json: bool) -> None:
    """Chroma's own filtered query, without our index. Loading goes on where an earlier run was stopped."""
    from plugin.bench.chroma import load, query
    from plugin.bench.crowd_store import default_cache

    found_on, kept = machine(), cache or default_cache()
    loaded = apart(load, people, kept, to_stderr, minutes=minutes)
    if loaded["people"] < people:
        click.echo(f"{loaded['people']:,} of {people:,} people are in: run the same command again to go on.", err=True)
        raise click.exceptions.Exit(1)
    rows = apart(query, people, kept, to_stderr, runs=runs)
    if as_json:
        click.echo(json.dumps({"machine": found_on, "loaded": loaded, "queries": rows}, ensure_ascii=False, indent=2))
        return
    click.echo(machine_line(found_on))
    click.echo(f"20 nearest of {people:,} people in Chroma, filtered by its own where")
    click.echo(table(rows))


@bench.command("replies")
@click.option("--replies", type=click.IntRange(1, 1000), default=50, show_default=True, help="How many say yes.")
@click.option("--rate", type=click.FloatRange(0.1, 100), default=5.0, show_default=True, help="Replies a second.")
@click.option("--people", type=click.IntRange(100, 1_000_000), default=2000, show_default=True, help="Profiles.")
@_shared
def replies_command(replies: int, rate: float, people: int, database: str, database_url: str, as_json: bool) -> None:
    """From a yes received by the mail server to the entry in the ATS."""
    from plugin.bench.replies import measure

    _measure(
        "from a yes received by the mail server to the application in the sandbox ATS",
        {"replies": replies, "rate": rate, "people": people},
        lambda engine, say: measure(engine, replies=replies, rate=rate, people=people, say=say),
        database,
        database_url,
        as_json,
    )


@bench.command("sweep")
@click.option("--ats", "names", default="all", show_default=True, help="Which ATS, or all there is a stand-in for.")
@click.option("--requisitions", type=click.IntRange(10, 1_000_000), default=10_000, show_default=True)
@click.option("--people", type=click.IntRange(10, 1_000_000), default=50_000, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def sweep_command(names: str, requisitions: int, people: int, as_json: bool) -> None:
    """Reading everything an ATS has: requests against the fewest there can be, within its limit, killed on the way."""
    from connectors.sandbox.standins import STANDINS
    from plugin.bench.sweep import measure

    wanted = sorted(STANDINS) if names == "all" else [names]
    if unknown := set(wanted) - set(STANDINS):
        raise click.ClickException(
            f"no stand-in for {', '.join(unknown)}; there is one for {', '.join(sorted(STANDINS))}"
        )
    rows = [apart(measure, name, requisitions=requisitions, people=people, say=to_stderr) for name in wanted]
    if as_json:
        click.echo(json.dumps({"machine": machine(), "sweeps": rows}, ensure_ascii=False, indent=2))
    else:
        click.echo(machine_line(machine()))
        click.echo(
            f"{requisitions:,} requisitions, {people:,} people; the vendor's minutes pass on a clock of their own"
        )
        click.echo(table(rows))
    if any(row["wrong"] for row in rows):
        raise click.exceptions.Exit(1)


@bench.command("read-jd")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--failures", is_flag=True, help="List every decision that is wrong.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def reading_command(folder: Path, failures: bool, as_json: bool) -> None:
    """How many fields of labelled descriptions are read right: FOLDER holds NAME.txt or NAME.html, each with NAME.json."""
    from plugin.bench.reading import Unlabelled, measure

    try:
        found = measure(folder)
    except Unlabelled as error:
        raise click.ClickException(str(error)) from None
    rows = [tally.row(name) for name, tally in found.tallies.items()]
    overall = found.overall()
    times = {
        name: round(percentile(found.milliseconds, share), 2)
        for name, share in (("p50_ms", 0.5), ("p95_ms", 0.95), ("max_ms", 1.0))
    }
    wrong = [dict(zip(("description", "field", "label", "read"), one, strict=True)) for one in found.failures]
    if as_json:
        whole = {"descriptions": found.descriptions, "fields": rows, "overall": overall, "time": times}
        click.echo(json.dumps(whole | {"failures": wrong}, ensure_ascii=False, indent=2))
        return
    click.echo(table(rows))
    click.echo(
        "\n{n} descriptions: {right} of {decisions} decisions right ({share:.1%}); leaving out what label and parser agree"
        " to be absent, {without_absent_right} of {without_absent_decisions} ({without_absent_share:.1%}).".format(
            n=found.descriptions, **overall
        )
    )
    click.echo(
        "Counted: each scalar field of each description (both absent is right), each labelled must and nice,"
        " and as wrong each must and nice read that no label names.\nReading one took {p50_ms} ms (median),"
        " {p95_ms} ms (p95).".format(**times)
    )
    if failures:
        for one in wrong:
            click.echo("{description}  {field}: {label}  ←  {read}".format(**one))


@bench.command("read-reply")
@click.argument(
    "folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR..."
)
@click.option(
    "--failures", is_flag=True, help="List every decision that is wrong; never those of a folder named frozen."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def replies_reading_command(folders: tuple[Path, ...], failures: bool, as_json: bool) -> None:
    """How many labelled replies are read right: each DIR holds .eml files and labels.tsv, and is counted apart."""
    from plugin.bench.replies_reading import Unlabelled, measure

    whole: list[dict[str, Any]] = []
    for folder in folders:
        frozen = folder.resolve().name == "frozen"
        for letters in (True, False):
            try:
                found = measure(folder, letters=letters)
            except Unlabelled as error:
                raise click.ClickException(str(error)) from None
            times = {
                name: round(percentile(found.milliseconds, share), 2)
                for name, share in (("p50_ms", 0.5), ("p95_ms", 0.95), ("max_ms", 1.0))
            }
            how = "with our letter at hand" if letters else "without our letter"
            totals = found.totals()
            wrong = [dict(zip(("file", "field", "label", "read"), one, strict=True)) for one in found.wrong]
            lists = {} if frozen else {"no_as_yes_files": found.no_as_yes, "failures": wrong}
            one = {"folder": folder.name, "letters": letters, "totals": totals, "intents": found.rows(), "time": times}
            whole.append(one | lists)
            if as_json:
                continue
            click.echo(f"{folder.name}, {how}: {{right}} of {{replies}} right ({{share:.1%}})".format(**totals))
            if letters:
                click.echo(table(found.rows()))
            click.echo(
                "  who acts: {who_acts_right} of {who_acts_labelled} right; a no acted on as a yes: {no_as_yes};"
                " what a person must see acted on as a yes: {doubted_as_yes}; silenced without a wish:"
                " {silenced_without_wish}; a wish not heard: {left_unsilenced}".format(**totals)
            )
            beside = (
                f"{name} {{right}} of {{labelled}}".format(**totals[name])
                for name in ("topic", "when", "reason", "erasure")
            )
            click.echo(
                f"  beside: {', '.join(beside)}; one took {times['p50_ms']} ms (median), {times['p95_ms']} ms (p95)\n"
            )
            for file in () if frozen else found.no_as_yes:
                click.echo(f"  A NO AS A YES  {file}")
            for entry in wrong if failures and not frozen else ():
                click.echo("  {file}  {field}: {label}  ←  {read}".format(**entry))
    if as_json:
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
    if any(one["totals"]["no_as_yes"] for one in whole):
        raise SystemExit(1)


@bench.command("relevance")
@click.argument("folders", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def relevance_command(folders: tuple[Path, ...], as_json: bool) -> None:
    """Whether the score puts the right people first, against BM25 and n-grams: FOLDERS hold graded descriptions (NAME.json)."""
    from plugin.bench.relevance import RESAMPLES, Unjudged, crossings, measure, overview, verdicts

    try:
        found = measure(*folders)
    except Unjudged as error:
        raise click.ClickException(str(error)) from None
    means, compared = overview(found), [asdict(one) | {"clear": one.clear} for one in verdicts(found)]
    if as_json:
        each = {
            name: {key: [round(float(v), 4) for v in values] for key, values in measures.items()}
            for name, measures in found.by_ranker.items()
        }
        whole: dict[str, Any] = {"descriptions": found.slugs, "means": means, "across": crossings(found)}
        whole |= {"differences": compared, "each": each}
        click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
        return
    click.echo(f"{len(found.slugs)} descriptions; means over them")
    click.echo(table(means))
    click.echo(
        "across: share of the relevant people writing in the other language among the first ten; across_rank, plain_rank:\n"
        "mean place of the relevant who write in the other language, and of those who write in ordinary words.\n"
    )
    click.echo(table(crossings(found)))
    click.echo(
        f"\nthe score's mean minus the stronger variant's of each baseline, {RESAMPLES:,} paired resamples, 95 %"
    )
    for one in compared:
        click.echo(
            "  {measure:8} {baseline:14} {mean:+.3f}  descriptions [{low:+.3f}, {high:+.3f}]"
            "  and profiles within [{low_within:+.3f}, {high_within:+.3f}]{mark}".format(
                **one, mark="" if one["clear"] else "  not clear"
            )
        )


def _measure(
    what: str, size: dict[str, Any], measure: Measure, database: str, database_url: str, as_json: bool
) -> None:
    if database_url and not database_url.startswith("postgresql+psycopg://"):
        raise click.UsageError("--database-url must start with postgresql+psycopg://")
    set_up_logs(alone(log_format="text", log_level="error"))
    here = machine()
    rows: list[dict[str, Any]] = []
    try:
        with databases.engines(database, database_url) as engines:
            for engine in engines:
                rows += measure(engine, lambda line: click.echo(f"… {line}", err=True))
    except (databases.NoDatabase, NotRunning) as error:
        raise click.ClickException(str(error)) from None
    command = "kakuyaku " + " ".join(sys.argv[1:])
    if as_json:
        click.echo(
            json.dumps({"what": what, "command": command, "machine": here, "size": size, "rows": rows}, indent=2)
        )
        return
    click.echo(
        f"{what}\n{machine_line(here)}\n{', '.join(f'{name} {value:g}' for name, value in size.items())}\n$ {command}\n"
    )
    click.echo(table(rows))
    if database == "both" and len({row["database"] for row in rows}) == 1:
        click.echo("\nPostgreSQL was not measured: no initdb here (Debian: apt-get install postgresql).")
