"""By which medium a letter leaves, and which mailboxes are read."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

import plugin.rows.base

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sqlmodel.sql.sqltypes.AutoString()
_WHEN = plugin.rows.base.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.add_column("scout", sa.Column("medium", _TEXT, nullable=False, server_default="mail"))
    op.create_table(
        "mailbox",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("employer_id", _BIG, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("connection_id", _BIG, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("url", _TEXT, nullable=False),
        sa.Column("auth", _TEXT, nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("added_by", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("connection_id", "url"),
    )
    op.create_index("ix_mailbox_connection_id", "mailbox", ["connection_id"], unique=False)
    op.create_index("ix_mailbox_employer_id", "mailbox", ["employer_id"], unique=False)
    op.create_table(
        "mailtoken",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("employer_id", _BIG, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_refresh", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("employer_id", "name"),
    )
    op.create_index("ix_mailtoken_employer_id", "mailtoken", ["employer_id"], unique=False)


def downgrade() -> None:
    op.drop_table("mailtoken")
    op.drop_table("mailbox")
    with op.batch_alter_table("scout") as scout:
        scout.drop_column("medium")
