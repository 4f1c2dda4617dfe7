"""`kakuyaku`: the commands by name, each imported when asked for, and what wrong input looks like.

Whatever a person can get wrong ends in one line that says what and what to do, with exit code 2. A traceback is a bug.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

import click

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("plugin.demo.demo:demo_command", "Serve the plugin, a sandbox ATS and a local mailbox."),
    "story": ("plugin.demo.story:story_command", "Run the whole loop once, printing each step."),
    "serve": ("plugin.cli.serve:serve", "Run web and worker processes together."),
    "web": ("plugin.cli.serve:web", "Run the web process alone."),
    "worker": ("plugin.cli.serve:worker", "Run a worker process alone."),
    "settings": ("plugin.cli.settings:settings_command", "Show every setting, its value and where it comes from."),
    "connect": ("plugin.cli.connect:connect", "Connect an ATS account."),
    "doctor": ("plugin.cli.doctor:doctor", "Check connections, mail and the profile store."),
    "secrets": ("plugin.cli.secrets:secrets_command", "List and retire secrets, seal all under a new key."),
    "mailbox": ("plugin.cli.mailbox:mailbox_command", "Add, list and check mailboxes; let a mail provider post to us."),
    "letter": ("plugin.cli.letters:letter_command", "Show a letter as its reader will see it."),
    "client-names": ("plugin.cli.client_names:client_names_command", "Names no letter may let slip: import, list."),
    "off-limits": (
        "plugin.cli.off_limits:off_limits_command",
        "Companies nobody of which is written to: import, list, end.",
    ),
    "pause": ("plugin.cli.off_limits:pause_command", "Let no letter leave through a connection for now."),
    "resume": ("plugin.cli.off_limits:resume_command", "Let letters leave through a connection again."),
    "experiment": ("plugin.cli.experiments:experiment_command", "Compare letters with the promise and without it."),
    "ledger": ("plugin.cli.ledger:ledger_command", "Verify, show and export the ledger of promises."),
    "jobs": ("plugin.cli.jobs:jobs_command", "List owed and parked work, owe it again."),
    "replay": ("plugin.cli.jobs:replay_command", "Read a delivery again."),
    "profiles": ("plugin.cli.profiles:profiles", "Import, generate, count, rebuild and verify profiles."),
    "person": ("plugin.cli.person:person", "Export or erase one person's data, list whose time ends."),
    "read-jd": ("plugin.cli.judge:read_jd", "Read a job description as it is understood."),
    "rank": ("plugin.cli.judge:rank", "Rank profiles of a file against a description."),
    "calibrate": ("plugin.cli.judge:calibrate", "Calibrate a description on the installed store."),
    "lexicon": ("plugin.cli.lexicon:lexicon_command", "Say which terms of a text the lexicon knows."),
    "read-reply": ("plugin.cli.replies:read_reply", "Read a reply as it is understood."),
    "replies": ("plugin.cli.reply_cases:replies", "Export decided replies as test cases, people in them invented."),
    "year": (
        "plugin.year.command:year_command",
        "Simulate a year of hiring, with everything going wrong that goes wrong.",
    ),
    "bench": ("plugin.bench.command:bench", "Measure webhooks, shortlists and replies."),
}


class LazyGroup(click.Group):
    """A group that knows its commands by dotted name: `kakuyaku settings` loads no web server and no numpy."""

    def __init__(self, *, lazy: Mapping[str, tuple[str, str]], **given: object) -> None:
        super().__init__(**given)  # type: ignore[arg-type]
        self._lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._lazy:
            return None
        module, _, name = self._lazy[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in self._lazy.items()])


def cli() -> LazyGroup:
    """The command tree."""
    return LazyGroup(
        name="kakuyaku",
        lazy=COMMANDS,
        help="Calibrate requisitions, commit interviews, scout with promises that are real.",
        params=[click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version)],
    )


def _version(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"kakuyaku {version('kakuyaku')}")
        ctx.exit()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 a check failed, 2 wrong input, 130 stopped by hand."""
    try:
        outcome = cli().main(
            args=list(arguments) if arguments is not None else None, prog_name="kakuyaku", standalone_mode=False
        )
        return outcome if isinstance(outcome, int) else 0
    except click.exceptions.NoArgsIsHelpError as error:
        error.show(sys.stdout)
        return 0
    except click.UsageError as error:
        return _wrong(f"{_ended(error.format_message())}{_see(error.ctx)}")
    except click.ClickException as error:
        return _wrong(error.format_message())
    except (click.Abort, KeyboardInterrupt) as error:
        click.echo(str(error) or "stopped", err=True)
        return 130
    except BrokenPipeError:
        # The reader (`head`) has gone; nobody is left to tell.
        sys.stderr.close()
        return 0
    except Exception as error:  # told in one line where it is known, else it is a bug and its traceback is wanted
        line = known_problem(error)
        if line is None:
            raise
        return _wrong(line)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?", "!", "。")) else sentence + "."


def _see(ctx: click.Context | None) -> str:
    """Where more is said, in the language the command was told to speak."""
    where = f"{ctx.command_path if ctx else 'kakuyaku'} --help"
    if ctx is not None and "lang" in ctx.params:
        from plugin.cli.wording import language  # with the catalogue's library, which most commands never need

        if language(ctx.params["lang"]) == "ja":
            return f"詳しくは `{where}` をご覧ください。"
    return f" See `{where}`."


def _wrong(line: str) -> int:
    click.echo("kakuyaku: " + " ".join(line.split()), err=True)
    return 2


def known_problem(error: BaseException) -> str | None:
    """One line for an error whose cause lies outside the program; None for a bug."""
    names = {kind.__module__ + "." + kind.__name__ for kind in type(error).__mro__}
    if names & _TOLD or any(
        kind.__module__.startswith("ranking.") and kind.__name__ == "StoreError" for kind in type(error).__mro__
    ):
        return str(error)
    cause = getattr(error, "orig", None)
    driver = f"{type(cause).__module__}.{type(cause).__name__}"
    # Exactly DatabaseError: sqlite3's word for a file that is none; its subclasses may well be bugs.
    if names & _DATABASE or driver == "sqlite3.DatabaseError":
        words = str(cause or error).strip().splitlines()
        said = words[0] if words else "no reason given"
        if "no such table" in said or ("does not exist" in said and "relation" in said):
            return "the database is empty; `kakuyaku serve` (or `web`, `worker`) prepares it at its first start"
        if driver.startswith("sqlite3."):
            return f"the database file can't be used: {said}; check KAKUYAKU_DATABASE_URL or KAKUYAKU_DATA_FOLDER"
        return f"the database can't be used: {said}; check KAKUYAKU_DATABASE_URL and that the server runs"
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    return None


_DATABASE = {
    "sqlalchemy.exc.OperationalError",
    "sqlalchemy.exc.ProgrammingError",
}
_TOLD = {
    "plugin.settings.WrongSetting",
    "ranking.lexicon_files.BrokenLexicon",
    "ranking.sentence_encoder.EncoderError",
    "connectors.base.ATSError",
    "connectors.base.Unsupported",
}
