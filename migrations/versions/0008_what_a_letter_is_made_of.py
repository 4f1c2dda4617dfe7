"""What a letter is made of: working conditions, voices, follow-ups."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

import plugin.rows.base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sqlmodel.sql.sqltypes.AutoString()
_WHEN = plugin.rows.base.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.add_column("scout", sa.Column("second_language", _TEXT, nullable=False, server_default=""))
    op.add_column("scout", sa.Column("voice", _TEXT, nullable=False, server_default="in_house"))
    op.add_column("scout", sa.Column("followed_up_at", _WHEN, nullable=True))
    op.create_table(
        "workingconditions",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("employer_id", _BIG, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("requisition_id", _BIG, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stated", sa.JSON(), nullable=False),
        sa.Column("by", _TEXT, nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"]),
        sa.ForeignKeyConstraint(["requisition_id"], ["requisition.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("requisition_id", "version"),
    )
    op.create_index("ix_workingconditions_employer_id", "workingconditions", ["employer_id"])
    op.create_index("ix_workingconditions_requisition_id", "workingconditions", ["requisition_id"])


def downgrade() -> None:
    op.drop_table("workingconditions")
    op.drop_column("scout", "followed_up_at")
    op.drop_column("scout", "voice")
    op.drop_column("scout", "second_language")
