"""What commands share: settings with quiet logs, a migrated database, files read with a clear word when they can't be."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlmodel import Session, col, select

from plugin import migrate
from plugin.logs import set_up_logs
from plugin.rows import Connection, Employer
from plugin.settings import Settings, WrongSetting, load
from plugin.work.context import Work
from plugin.work.runtime import build_work, use_own_words


def settings_for_commands() -> Settings:
    """The settings in force, with logs quieter than a server's: a command speaks through its output."""
    settings = load()
    if "log_level" not in settings.model_fields_set:
        settings = settings.model_copy(update={"log_level": "error"})
    set_up_logs(settings)
    return settings


def words_in_force() -> None:
    """Lay the recruiter's own words over the lexicon, for commands that judge without a database."""
    use_own_words(settings_for_commands())


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Work]:
    """The means of a command, its database migrated; closed at the end."""
    settings = settings or settings_for_commands()
    prepare(settings)
    work = build_work(settings)
    try:
        yield work
    finally:
        work.close()


def prepare(settings: Settings) -> None:
    """Make the data folder and bring the database up to this version."""
    try:
        settings.data_folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSetting(
            f"the data folder {settings.data_folder} can't be made ({error.strerror});"
            " set KAKUYAKU_DATA_FOLDER to a folder we may write to"
        ) from None
    migrate.upgrade(settings.database)


_NOT_TEXT = (
    (b"PK\x03\x04", "a Word, Excel or other zipped document"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel document"),
    (b"%PDF", "a PDF"),
)


def read_text(path: Path) -> str:
    """A text file in UTF-8, with or without a byte order mark ("-": standard input); one clear line when it isn't."""
    raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    if not raw.strip():
        raise click.ClickException(f"{'standard input' if str(path) == '-' else path} is empty")
    for beginning, kind in _NOT_TEXT:
        if raw.startswith(beginning):
            raise click.ClickException(
                f"{path} is {kind}, not text; save it as plain text or HTML (UTF-8) and try again"
            )
    if b"\0" in raw:
        raise click.ClickException(f"{path} is no text file; give a text or HTML file in UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException(f"{path} is not UTF-8 text; save it as UTF-8 and try again") from None


def a_file() -> click.Path:
    """A file that must be there, or "-" for standard input."""
    return click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)


def employer_named(session: Session, name: str) -> Employer:
    """The employer of that name or number; the only one there is for ""."""
    employers = session.exec(select(Employer).order_by(col(Employer.id))).all()
    if name:
        found = [one for one in employers if one.name == name or str(one.id) == name]
        if not found:
            there = ", ".join(f"{one.id} {one.name}" for one in employers) or "none yet"
            raise click.ClickException(f"there is no employer {name!r} (there: {there}); `kakuyaku connect` makes one")
        return found[0]
    if not employers:
        raise click.ClickException(
            "there is no employer yet; `kakuyaku connect` makes one, or `profiles import --create --employer NAME`"
        )
    if len(employers) > 1:
        there = ", ".join(f"{one.id} {one.name}" for one in employers)
        raise click.ClickException(f"there are several employers ({there}); choose one with --employer")
    return employers[0]


def connections(session: Session, name: str = "") -> list[Connection]:
    """All connections, or the one of that name or number. Two employers may call theirs alike: then only its number does."""
    found = list(session.exec(select(Connection).order_by(col(Connection.id))).all())
    if name:
        found = [one for one in found if one.name == name or str(one.id) == name]
        if not found:
            raise click.ClickException(f"there is no connection {name!r}; `kakuyaku doctor` lists all")
        if len(found) > 1:
            whose = {one.key: session.get_one(Employer, one.employer_id).name for one in found}
            there = ", ".join(f"{one.key} of {whose[one.key]}" for one in found)
            raise click.ClickException(f"several connections are called {name!r}; give its number ({there})")
    return found


def quiet() -> bool:
    """Whether nobody watches: a bar is for a terminal, its label alone says nothing."""
    return not sys.stderr.isatty()
