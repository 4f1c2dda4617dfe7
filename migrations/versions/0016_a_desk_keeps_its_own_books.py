"""A desk keeps its own books: positions, people, notes, files, meetings and letters, where no ATS keeps them."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op

import plugin.rows.base

revision = "0016"
down_revision = "0015"
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
        sa.Column("connection_id", _BIG, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"]),
        sa.ForeignKeyConstraint(["connection_id"], ["connection.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(f"ix_{name}_employer_id", name, ["employer_id"], unique=False)


def upgrade() -> None:
    _table(
        "deskcolleague",
        sa.Column("email", _TEXT, nullable=False),
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("recruits", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("connection_id", "email"),
    )
    _table(
        "deskrequisition",
        sa.Column("title", _TEXT, nullable=False),
        sa.Column("text", _TEXT, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("confidential", sa.Boolean(), nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("manager_id", _BIG, nullable=False),
        sa.Column("recruiter_id", _BIG, nullable=False),
        sa.Column("to_company", _TEXT, nullable=False),
        sa.Column("to_name", _TEXT, nullable=False),
        sa.Column("to_address", _TEXT, nullable=False),
        sa.Column("text_at", _WHEN, nullable=False),
        sa.Column("updated_at", _WHEN, nullable=False),
        sa.Column("opened_at", _WHEN, nullable=True),
        sa.Column("closed_at", _WHEN, nullable=True),
        sa.Column("deleted_at", _WHEN, nullable=True),
        sa.ForeignKeyConstraint(["manager_id"], ["deskcolleague.id"]),
        sa.ForeignKeyConstraint(["recruiter_id"], ["deskcolleague.id"]),
    )
    op.create_index("ix_deskrequisition_moved", "deskrequisition", ["connection_id", "updated_at"], unique=False)
    _table(
        "deskperson",
        sa.Column("person", _TEXT, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("email_hash", _TEXT, nullable=False),
        sa.Column("name_hash", _TEXT, nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("do_not_contact", sa.Boolean(), nullable=False),
        sa.Column("updated_at", _WHEN, nullable=False),
        sa.Column("deleted_at", _WHEN, nullable=True),
        sa.Column("merged_into", _BIG, nullable=True),
    )
    op.create_index("ix_deskperson_email", "deskperson", ["connection_id", "email_hash"], unique=False)
    op.create_index("ix_deskperson_name", "deskperson", ["connection_id", "name_hash"], unique=False)
    op.create_index("ix_deskperson_moved", "deskperson", ["connection_id", "updated_at"], unique=False)
    op.create_index("ix_deskperson_person", "deskperson", ["employer_id", "person"], unique=False)
    _table(
        "deskapplication",
        sa.Column("requisition_id", _BIG, nullable=False),
        sa.Column("person_id", _BIG, nullable=False),
        sa.Column("stage", _TEXT, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("prospect", sa.Boolean(), nullable=False),
        sa.Column("source", _TEXT, nullable=False),
        sa.Column("rejected_at", _WHEN, nullable=True),
        sa.Column("updated_at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(["requisition_id"], ["deskrequisition.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["deskperson.id"]),
        sa.UniqueConstraint("requisition_id", "person_id"),
    )
    op.create_index("ix_deskapplication_person", "deskapplication", ["person_id"], unique=False)
    _table(
        "desknote",
        sa.Column("name", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("requisition_id", _BIG, nullable=True),
        sa.Column("person_id", _BIG, nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(["requisition_id"], ["deskrequisition.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["deskperson.id"]),
        sa.UniqueConstraint("connection_id", "name"),
    )
    op.create_index("ix_desknote_requisition", "desknote", ["requisition_id"], unique=False)
    op.create_index("ix_desknote_person", "desknote", ["person_id"], unique=False)
    _table(
        "deskfile",
        sa.Column("application_id", _BIG, nullable=False),
        sa.Column("ref", _TEXT, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("media_type", _TEXT, nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["deskapplication.id"]),
        sa.UniqueConstraint("application_id", "ref"),
    )
    _table(
        "deskinterview",
        sa.Column("application_id", _BIG, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("status", _TEXT, nullable=False),
        sa.Column("starts_at", _WHEN, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("interviewer_id", _BIG, nullable=True),
        sa.Column("updated_at", _WHEN, nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["deskapplication.id"]),
        sa.ForeignKeyConstraint(["interviewer_id"], ["deskcolleague.id"]),
    )
    op.create_index("ix_deskinterview_application_id", "deskinterview", ["application_id"], unique=False)
    op.create_index("ix_deskinterview_moved", "deskinterview", ["connection_id", "updated_at"], unique=False)
    _table(
        "deskhandoff",
        sa.Column("application_id", _BIG, nullable=False),
        sa.Column("entry_id", _BIG, nullable=False),
        sa.Column("digest", _TEXT, nullable=False),
        sa.Column("language", _TEXT, nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("mail_id", _BIG, nullable=True),
        sa.Column("by", _TEXT, nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["deskapplication.id"]),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"]),
        sa.UniqueConstraint("application_id", "digest"),
    )


def downgrade() -> None:
    for table in (
        "deskhandoff",
        "deskinterview",
        "deskfile",
        "desknote",
        "deskapplication",
        "deskperson",
        "deskrequisition",
        "deskcolleague",
    ):
        op.drop_table(table)
