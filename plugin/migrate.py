"""Run the migrations, from a checkout or an installed package alike."""

from __future__ import annotations

from importlib.resources import as_file, files

from alembic import command
from alembic.config import Config


def _config(url: str, folder: str) -> Config:
    config = Config()
    config.set_main_option("script_location", folder)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database up to `revision`. A second call changes nothing."""
    with as_file(files("migrations")) as folder:
        command.upgrade(_config(url, str(folder)), revision)


def downgrade(url: str, revision: str) -> None:
    with as_file(files("migrations")) as folder:
        command.downgrade(_config(url, str(folder)), revision)
