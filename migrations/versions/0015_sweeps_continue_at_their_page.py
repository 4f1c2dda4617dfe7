"""A sweep remembers the page it stands at; a calibration remembers the application it is decided on."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

import plugin.rows.base

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString()
_WHEN = plugin.rows.base.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.add_column("sweep", sa.Column("cursor", _TEXT, nullable=False, server_default=""))
    op.add_column("sweep", sa.Column("list_since", _WHEN, nullable=True))
    op.add_column("sweep", sa.Column("list_started_at", _WHEN, nullable=True))
    op.add_column("calibration", sa.Column("decision_place", _TEXT, nullable=False, server_default=""))
    op.create_index("ix_calibration_decision_place", "calibration", ["employer_id", "decision_place"])


def downgrade() -> None:
    op.drop_index("ix_calibration_decision_place", "calibration")
    with op.batch_alter_table("calibration") as calibration:
        calibration.drop_column("decision_place")
    with op.batch_alter_table("sweep") as sweep:
        for name in ("list_started_at", "list_since", "cursor"):
            sweep.drop_column(name)
