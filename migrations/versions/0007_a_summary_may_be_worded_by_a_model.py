"""A summary may be worded by a language model; the wording lies under the person's key, beside the evidence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("shortlistentry", sa.Column("sealed_prose", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("shortlistentry", "sealed_prose")
