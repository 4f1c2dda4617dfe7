"""Alembic's environment: the URL comes from the caller or from the settings, the tables from `plugin.rows`."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool

from plugin.database import answering
from plugin.rows import metadata
from plugin.settings import load

config = context.config
url = config.get_main_option("sqlalchemy.url") or load().database


def run() -> None:
    given = answering(url) if url.startswith("postgresql") else {}
    engine = create_engine(url, poolclass=pool.NullPool, connect_args=given)
    with engine.connect() as connection:
        # render_as_batch: SQLite can't alter a table in place.
        context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, compare_type=True)
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                # Two processes that start together must not both migrate.
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7251937)")
            context.run_migrations()
    engine.dispose()


run()
