"""The ledger of promises is a chain of digests, and the database refuses to rewrite what happened."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

import plugin.rows.base

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sqlmodel.sql.sqltypes.AutoString()
_WHEN = plugin.rows.base.UtcDateTime(timezone=True)
_SEALED = ("event", "ledgerlink")


def _table(name: str, *columns: sa.Column[object] | sa.Constraint) -> None:
    op.create_table(
        name,
        sa.Column("id", _BIG, nullable=False),
        sa.Column("employer_id", _BIG, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(f"ix_{name}_employer_id", name, ["employer_id"], unique=False)


def upgrade() -> None:
    _table(
        "ledgerlink",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("event_id", _BIG, nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"]),
        sa.UniqueConstraint("employer_id", "number"),
        sa.UniqueConstraint("event_id"),
    )
    _table(
        "ledgerhead",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("looked_to", _BIG, nullable=False),
        sa.UniqueConstraint("employer_id"),
    )
    _table(
        "keepingreview",
        sa.Column("connection_id", _BIG, nullable=False),
        sa.Column("staff_id", _BIG, nullable=False),
        sa.Column("by", _TEXT, nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
    )
    op.create_index("ix_keepingreview_staff_id", "keepingreview", ["staff_id"], unique=False)
    op.add_column("promise", sa.Column("sealed_words", sa.LargeBinary(), nullable=True))
    op.add_column("commitment", sa.Column("sealed_reason", sa.LargeBinary(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        for table in _SEALED:
            for act in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
                    f" BEGIN SELECT RAISE(ABORT, 'what happened is not rewritten: {table} is append-only'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION 'what happened is not rewritten: % is append-only', TG_TABLE_NAME; END $$"
    )
    for table in _SEALED:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION append_only()"
        )


def downgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table in _SEALED:
        for name in (f"{table}_no_update", f"{table}_no_delete") if sqlite else (f"{table}_append_only",):
            op.execute(f"DROP TRIGGER {name}" + ("" if sqlite else f" ON {table}"))
    if not sqlite:
        op.execute("DROP FUNCTION append_only()")
    op.drop_column("commitment", "sealed_reason")
    op.drop_column("promise", "sealed_words")
    for table in ("keepingreview", "ledgerhead", "ledgerlink"):
        op.drop_table(table)
