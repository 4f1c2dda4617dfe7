"""What a reply asks for beside yes and no."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

import plugin.rows.base

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sqlmodel.sql.sqltypes.AutoString()
_WHEN = plugin.rows.base.UtcDateTime(timezone=True)


def upgrade() -> None:
    for name in ("topic", "reason", "condition"):
        op.add_column("reply", sa.Column(name, _TEXT, nullable=False, server_default=""))
    op.add_column("reply", sa.Column("later_on", sa.Date(), nullable=True))
    op.add_column("reply", sa.Column("wants_erasure", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("reply", sa.Column("decided_at", _WHEN, nullable=True))
    op.add_column("entry", sa.Column("sealed_words", sa.LargeBinary(), nullable=True))
    op.create_table(
        "replyfile",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("employer_id", _BIG, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("reply_id", _BIG, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("type", _TEXT, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("refused", _TEXT, nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_preview", sa.LargeBinary(), nullable=True),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("attached_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"]),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reply_id", "place"),
    )
    op.create_index("ix_replyfile_employer_id", "replyfile", ["employer_id"], unique=False)
    op.create_index("ix_replyfile_reply_id", "replyfile", ["reply_id"], unique=False)
    op.create_table(
        "syntheticyes",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("employer_id", _BIG, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("connection_id", _BIG, nullable=False),
        sa.Column("token", _TEXT, nullable=False),
        sa.Column("delivery_id", _BIG, nullable=True),
        sa.Column("landed_at", _WHEN, nullable=True),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"]),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token"),
    )
    op.create_index("ix_syntheticyes_employer_id", "syntheticyes", ["employer_id"], unique=False)


def downgrade() -> None:
    op.drop_table("syntheticyes")
    op.drop_table("replyfile")
    with op.batch_alter_table("entry") as entry:
        entry.drop_column("sealed_words")
    with op.batch_alter_table("reply") as reply:
        for name in ("decided_at", "wants_erasure", "later_on", "condition", "reason", "topic"):
            reply.drop_column(name)
