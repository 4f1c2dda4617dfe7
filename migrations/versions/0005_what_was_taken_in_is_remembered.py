"""What was taken in is remembered: a record read twice changes nothing, a reading of the ATS goes on where it stopped."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

import plugin.rows.base

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sqlmodel.sql.sqltypes.AutoString()
_WHEN = plugin.rows.base.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "profilesource",
        *_shared(),
        sa.Column("content_hash", _TEXT, nullable=False),
        sa.Column("profile_id", _TEXT, nullable=False),
        *_constraints(),
        sa.UniqueConstraint("employer_id", "content_hash"),
    )
    op.create_index("ix_profilesource_employer_id", "profilesource", ["employer_id"], unique=False)
    op.create_index("ix_profilesource_profile", "profilesource", ["employer_id", "profile_id"], unique=False)
    op.create_table(
        "rediscovery",
        *_shared(),
        sa.Column("connection_id", _BIG, nullable=False),
        sa.Column("since", _WHEN, nullable=True),
        sa.Column("cursor", _TEXT, nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("finished_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        *_constraints(),
    )
    op.create_index("ix_rediscovery_employer_id", "rediscovery", ["employer_id"], unique=False)
    op.create_index("ix_rediscovery_connection_id", "rediscovery", ["connection_id"], unique=False)


def downgrade() -> None:
    op.drop_table("rediscovery")
    op.drop_table("profilesource")


def _shared() -> list[sa.Column[object]]:
    return [
        sa.Column("id", _BIG, nullable=False),
        sa.Column("employer_id", _BIG, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
    ]


def _constraints() -> list[sa.Constraint]:
    return [sa.ForeignKeyConstraint(["employer_id"], ["employer.id"]), sa.PrimaryKeyConstraint("id")]
