"""Off-limits companies, introductions, people who may be one, paces."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

import plugin.rows.base

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sqlmodel.sql.sqltypes.AutoString()
_WHEN = plugin.rows.base.UtcDateTime(timezone=True)


def _row() -> tuple[sa.Column[int], ...]:
    return (
        sa.Column("id", _BIG, nullable=False),
        sa.Column("employer_id", _BIG, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
    )  # type: ignore[return-value]


def upgrade() -> None:
    op.create_table(
        "offlimits",
        *_row(),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("folded", _TEXT, nullable=False),
        sa.Column("number", _TEXT, nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("owner", _TEXT, nullable=False),
        sa.Column("reason", _TEXT, nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("entered_by", _TEXT, nullable=False),
        sa.Column("ended_at", _WHEN, nullable=True),
        sa.Column("ended_by", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("employer_id", "folded"),
    )
    op.create_index("ix_offlimits_employer_id", "offlimits", ["employer_id"])
    op.create_table(
        "introduction",
        *_row(),
        sa.Column("connection_id", _BIG, nullable=False),
        sa.Column("requisition_id", _BIG, nullable=True),
        sa.Column("profile_id", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("by", _TEXT, nullable=False),
        sa.Column("introduced_at", _WHEN, nullable=False),
        sa.Column("expires_at", _WHEN, nullable=False),
        sa.Column("consent_at", _WHEN, nullable=True),
        sa.Column("consent_how", _TEXT, nullable=False),
        sa.Column("acknowledged_at", _WHEN, nullable=True),
        sa.Column("acknowledged_by", _TEXT, nullable=False),
        sa.Column("entry_id", _BIG, nullable=True),
        sa.Column("recorded_by", _TEXT, nullable=False),
        sa.Column("ended_at", _WHEN, nullable=True),
        sa.Column("ended_by", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"]),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"]),
        sa.ForeignKeyConstraint(["requisition_id"], ["requisition.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("entry_id"),
    )
    op.create_index("ix_introduction_employer_id", "introduction", ["employer_id"])
    op.create_index("ix_introduction_profile", "introduction", ["employer_id", "profile_id"])
    op.create_table(
        "lookalike",
        *_row(),
        sa.Column("connection_id", _BIG, nullable=False),
        sa.Column("profile_id", _TEXT, nullable=False),
        sa.Column("other", _TEXT, nullable=False),
        sa.Column("why", _TEXT, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("decided_by", _TEXT, nullable=False),
        sa.Column("decided_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("employer_id", "profile_id", "other"),
    )
    op.create_index("ix_lookalike_employer_id", "lookalike", ["employer_id"])
    op.create_index("ix_lookalike_other", "lookalike", ["employer_id", "other"])
    op.create_table(
        "sendingpace",
        *_row(),
        sa.Column("sender", _TEXT, nullable=False),
        sa.Column("domain", _TEXT, nullable=False),
        sa.Column("next_at", _WHEN, nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("employer_id", "sender", "domain"),
    )
    op.create_index("ix_sendingpace_employer_id", "sendingpace", ["employer_id"])
    with op.batch_alter_table("batch") as batch:
        batch.add_column(sa.Column("replacing", sa.Boolean(), nullable=False, server_default=sa.true()))
    # Nothing but a test ever wrote it: companies stand in their own table, by name.
    with op.batch_alter_table("restriction") as restriction:
        restriction.drop_column("company_hash")


def downgrade() -> None:
    with op.batch_alter_table("restriction") as restriction:
        restriction.add_column(sa.Column("company_hash", _TEXT, nullable=False, server_default=""))
    with op.batch_alter_table("batch") as batch:
        batch.drop_column("replacing")
    for table in ("sendingpace", "lookalike", "introduction", "offlimits"):
        op.drop_table(table)
