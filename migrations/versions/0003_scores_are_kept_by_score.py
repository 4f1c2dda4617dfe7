"""Scores are kept by score: a row a person would be hundreds of thousands a calibration at four million profiles."""

from __future__ import annotations

import struct
import zlib
from itertools import groupby

import sqlalchemy as sa
import sqlmodel
from alembic import op

import plugin.rows.base

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _make_room()
    op.create_table(
        "calibrationscore",
        *_shared(),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("people", sa.LargeBinary(), nullable=False),
        sa.Column("revisions", sa.LargeBinary(), nullable=False),
        *_constraints(),
        sa.UniqueConstraint("calibration_id", "score"),
    )
    op.create_index("ix_calibrationscore_employer_id", "calibrationscore", ["employer_id"], unique=False)
    bind = op.get_bind()
    old, new = _table("calibrationscore_before"), _table("calibrationscore")
    calibrations = bind.execute(sa.select(old.c.calibration_id).distinct()).scalars().all()
    for calibration in calibrations:
        rows = bind.execute(
            sa.select(old).where(old.c.calibration_id == calibration).order_by(old.c.score.desc(), old.c.profile_id)
        ).mappings()
        for score, members in groupby(rows, key=lambda row: row["score"]):
            people = list(members)
            bind.execute(
                new.insert().values(
                    employer_id=people[0]["employer_id"],
                    created_at=people[0]["created_at"],
                    calibration_id=calibration,
                    score=score,
                    count=len(people),
                    people=zlib.compress("\n".join(row["profile_id"] for row in people).encode(), 1),
                    revisions=zlib.compress(
                        struct.pack(f"<{len(people)}i", *(row["profile_revision"] for row in people)), 1
                    ),
                )
            )
    op.drop_table("calibrationscore_before")


def downgrade() -> None:
    _make_room()
    op.create_table(
        "calibrationscore",
        *_shared(),
        sa.Column("profile_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("profile_revision", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        *_constraints(),
        sa.UniqueConstraint("calibration_id", "profile_id"),
    )
    op.create_index("ix_calibrationscore_employer_id", "calibrationscore", ["employer_id"], unique=False)
    op.create_index("ix_score_line", "calibrationscore", ["calibration_id", "score"], unique=False)
    bind = op.get_bind()
    old, new = _table("calibrationscore_before"), _table("calibrationscore")
    for key in bind.execute(sa.select(old.c.id).order_by(old.c.id)).scalars().all():
        row = bind.execute(sa.select(old).where(old.c.id == key)).mappings().one()
        ids = zlib.decompress(row["people"]).decode().split("\n")
        revisions = struct.unpack(f"<{len(ids)}i", zlib.decompress(row["revisions"]))
        for start in range(0, len(ids), 1_000):
            bind.execute(
                new.insert(),
                [
                    {
                        "employer_id": row["employer_id"],
                        "created_at": row["created_at"],
                        "calibration_id": row["calibration_id"],
                        "profile_id": profile_id,
                        "profile_revision": revision,
                        "score": row["score"],
                    }
                    for profile_id, revision in list(zip(ids, revisions, strict=True))[start : start + 1_000]
                ],
            )
    op.drop_table("calibrationscore_before")


def _make_room() -> None:
    """Put the table aside, without the names its successor takes over."""
    inspector = sa.inspect(op.get_bind())
    unique = [str(found["name"]) for found in inspector.get_unique_constraints("calibrationscore")]
    foreign = [str(found["name"]) for found in inspector.get_foreign_keys("calibrationscore")]
    for index in inspector.get_indexes("calibrationscore"):
        name = index["name"]
        if name and not index.get("duplicates_constraint"):
            op.drop_index(name, table_name="calibrationscore")
    op.rename_table("calibrationscore", "calibrationscore_before")
    if op.get_bind().dialect.name == "postgresql":
        # PostgreSQL keeps the names of the primary key, the constraints and the sequence when a table is renamed.
        op.execute("ALTER SEQUENCE calibrationscore_id_seq RENAME TO calibrationscore_before_id_seq")
        op.execute("ALTER INDEX calibrationscore_pkey RENAME TO calibrationscore_before_pkey")
        for name in unique:
            op.drop_constraint(name, "calibrationscore_before", type_="unique")
        for name in foreign:
            op.drop_constraint(name, "calibrationscore_before", type_="foreignkey")


def _shared() -> list[sa.Column[object]]:
    return [
        sa.Column("id", _BIG, nullable=False),
        sa.Column("employer_id", _BIG, nullable=False),
        sa.Column("created_at", plugin.rows.base.UtcDateTime(timezone=True), nullable=False),
        sa.Column("calibration_id", _BIG, nullable=False),
    ]


def _constraints() -> list[sa.Constraint]:
    return [
        sa.ForeignKeyConstraint(["calibration_id"], ["calibration.id"]),
        sa.ForeignKeyConstraint(["employer_id"], ["employer.id"]),
        sa.PrimaryKeyConstraint("id"),
    ]


def _table(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())
