"""What is told of an employer and when; which arm somebody is in."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

import plugin.rows.base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sqlmodel.sql.sqltypes.AutoString()
_WHEN = plugin.rows.base.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "clientname",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("employer_id", _BIG, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("connection_id", _BIG, nullable=False),
        sa.Column("requisition_id", _BIG, nullable=True),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("folded", _TEXT, nullable=False),
        sa.Column("by", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"]),
        sa.ForeignKeyConstraint(["requisition_id"], ["requisition.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("connection_id", "requisition_id", "folded"),
    )
    op.create_index("ix_clientname_connection", "clientname", ["connection_id", "requisition_id"])
    op.create_index("ix_clientname_employer_id", "clientname", ["employer_id"])
    op.create_table(
        "experiment",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("employer_id", _BIG, nullable=False),
        sa.Column("created_at", _WHEN, nullable=False),
        sa.Column("connection_id", _BIG, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("measure", _TEXT, nullable=False),
        sa.Column("expected_standard", sa.Float(), nullable=False),
        sa.Column("expected_committed", sa.Float(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("per_arm", sa.Integer(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("window_days", sa.Integer(), nullable=False),
        sa.Column("started_by", _TEXT, nullable=False),
        sa.Column("ended_at", _WHEN, nullable=True),
        sa.Column("ended_by", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_experiment_connection", "experiment", ["connection_id", "state"])
    op.create_index("ix_experiment_employer_id", "experiment", ["employer_id"])
    for name in ("disclosure", "client_ja", "client_en"):
        op.add_column("requisition", sa.Column(name, _TEXT, nullable=False, server_default=""))
    with op.batch_alter_table("scout") as scout:
        scout.add_column(sa.Column("consented_at", _WHEN, nullable=True))
        scout.add_column(sa.Column("consent_by", _TEXT, nullable=False, server_default=""))
        scout.add_column(sa.Column("experiment_id", _BIG, nullable=True))
        scout.create_foreign_key("fk_scout_experiment", "experiment", ["experiment_id"], ["id"])
        scout.create_index("ix_scout_experiment_id", ["experiment_id"])


def downgrade() -> None:
    with op.batch_alter_table("scout") as scout:
        scout.drop_index("ix_scout_experiment_id")
        scout.drop_constraint("fk_scout_experiment", type_="foreignkey")
        scout.drop_column("experiment_id")
        scout.drop_column("consent_by")
        scout.drop_column("consented_at")
    for name in ("client_en", "client_ja", "disclosure"):
        op.drop_column("requisition", name)
    op.drop_table("experiment")
    op.drop_table("clientname")
