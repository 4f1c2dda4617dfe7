"""People are found by name, telephone and number: every yes and every changed candidate looks, among millions."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_profile_name": "name_hash",
    "ix_profile_phone": "phone_hash",
    "ix_profile_ats": "ats_candidate_id",
}


def upgrade() -> None:
    for name, column in _INDEXES.items():
        op.create_index(name, "profile", ["employer_id", column], unique=False)


def downgrade() -> None:
    for name in reversed(_INDEXES):
        op.drop_index(name, table_name="profile")
