"""What a language model answered is kept, by text: it is asked once, and the same text is understood the same again."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

import plugin.rows.base

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sqlmodel.sql.sqltypes.AutoString()
_WHEN = plugin.rows.base.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("employer_id", _BIG, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        *(sa.Column(name, _TEXT, nullable=False) for name in ("task", "text_hash", "model", "prompt", "outcome")),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.Integer(), nullable=False),
        sa.Column("asked_at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("employer_id", "task", "text_hash", "model", "prompt"),
    )
    op.create_index("ix_proposal_employer_id", "proposal", ["employer_id"], unique=False)
    op.add_column("guidancenote", sa.Column("proposed", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("guidancenote", "proposed")
    op.drop_table("proposal")
