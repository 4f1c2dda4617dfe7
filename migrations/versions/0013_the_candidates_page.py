"""Slots, choices and requests on the candidate's page; what was handed on; who asked to be used no more."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

import plugin.rows.base

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sqlmodel.sql.sqltypes.AutoString()
_WHEN = plugin.rows.base.UtcDateTime(timezone=True)


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
        "meetingtime",
        sa.Column("requisition_id", _BIG, nullable=False),
        sa.Column("staff_id", _BIG, nullable=False),
        sa.Column("starts_at", _WHEN, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("gone_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(["requisition_id"], ["requisition.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.UniqueConstraint("requisition_id", "starts_at"),
    )
    op.create_index("ix_meetingtime_staff_id", "meetingtime", ["staff_id"], unique=False)
    _table(
        "availability",
        sa.Column("connection_id", _BIG, nullable=False),
        sa.Column("requisition_id", _BIG, nullable=False),
        sa.Column("staff_id", _BIG, nullable=False),
        sa.Column("sealed_feed", sa.LargeBinary(), nullable=True),
        sa.Column("scheduling_url", _TEXT, nullable=False),
        sa.Column("busy", sa.JSON(), nullable=False),
        sa.Column("read_at", _WHEN, nullable=True),
        sa.Column("error", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.ForeignKeyConstraint(["requisition_id"], ["requisition.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.UniqueConstraint("requisition_id"),
    )
    _table(
        "slotchoice",
        sa.Column("connection_id", _BIG, nullable=False),
        sa.Column("requisition_id", _BIG, nullable=False),
        sa.Column("scout_id", _BIG, nullable=False),
        sa.Column("entry_id", _BIG, nullable=False),
        sa.Column("staff_id", _BIG, nullable=False),
        sa.Column("starts_at", _WHEN, nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("chosen_at", _WHEN, nullable=True),
        sa.Column("sealed_wishes", sa.LargeBinary(), nullable=True),
        sa.Column("wishes_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.ForeignKeyConstraint(["requisition_id"], ["requisition.id"]),
        sa.ForeignKeyConstraint(["scout_id"], ["scout.id"]),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"]),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.UniqueConstraint("scout_id"),
    )
    op.create_index("ix_slotchoice_staff", "slotchoice", ["staff_id", "starts_at"], unique=False)
    _table(
        "datarequest",
        sa.Column("connection_id", _BIG, nullable=False),
        sa.Column("scout_id", _BIG, nullable=True),
        sa.Column("profile_id", _TEXT, nullable=False),
        sa.Column("person_hash", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("confirm_digest", _TEXT, nullable=False),
        sa.Column("sealed_words", sa.LargeBinary(), nullable=True),
        sa.Column("asked_at", _WHEN, nullable=False),
        sa.Column("confirm_until", _WHEN, nullable=True),
        sa.Column("due", _WHEN, nullable=True),
        sa.Column("done_at", _WHEN, nullable=True),
        sa.Column("done_by", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.ForeignKeyConstraint(["scout_id"], ["scout.id"]),
    )
    op.create_index("ix_datarequest_profile_id", "datarequest", ["profile_id"], unique=False)
    op.create_index("ix_datarequest_confirm_digest", "datarequest", ["confirm_digest"], unique=False)
    op.create_index("ix_datarequest_state", "datarequest", ["employer_id", "state"], unique=False)
    _table(
        "provisionrecord",
        sa.Column("connection_id", _BIG, nullable=False),
        sa.Column("entry_id", _BIG, nullable=False),
        sa.Column("profile_id", _TEXT, nullable=False),
        sa.Column("person_hash", _TEXT, nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=True),
        sa.Column("recipient", _TEXT, nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("basis", _TEXT, nullable=False),
        sa.Column("basis_at", _WHEN, nullable=True),
        sa.Column("given_at", _WHEN, nullable=False),
        sa.Column("keep_until", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"]),
        sa.UniqueConstraint("entry_id", "recipient"),
    )
    op.create_index("ix_provisionrecord_profile_id", "provisionrecord", ["profile_id"], unique=False)
    op.create_index("ix_provisionrecord_keep_until", "provisionrecord", ["keep_until"], unique=False)
    op.add_column("profile", sa.Column("suspended_at", _WHEN, nullable=True))


def downgrade() -> None:
    op.drop_column("profile", "suspended_at")
    for table in ("provisionrecord", "datarequest", "slotchoice", "availability", "meetingtime"):
        op.drop_table(table)
