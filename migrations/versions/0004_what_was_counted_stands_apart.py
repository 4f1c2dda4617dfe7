"""What a calibration counted stands apart from it: hundreds of kilobytes nobody needs who only asks which line holds.

And pages may ask the judgement something: a question is a row that lives for minutes.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from typing import Any

import sqlalchemy as sa
import sqlmodel
from alembic import op

import plugin.rows.base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXT = sqlmodel.sql.sqltypes.AutoString()


def upgrade() -> None:
    op.create_table(
        "calibrationmarket",
        *_shared(),
        sa.Column("calibration_id", _BIG, nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["calibration_id"], ["calibration.id"]),
        *_constraints(),
        sa.UniqueConstraint("calibration_id"),
    )
    op.create_index("ix_calibrationmarket_employer_id", "calibrationmarket", ["employer_id"], unique=False)
    op.create_table(
        "question",
        *_shared(),
        sa.Column("requisition_id", _BIG, nullable=False),
        sa.Column("kind", _TEXT, nullable=False),
        sa.Column("token", _TEXT, nullable=False),
        sa.Column("asked_by", _TEXT, nullable=False),
        sa.Column("state", _TEXT, nullable=False),
        sa.Column("sealed_asked", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_answer", sa.LargeBinary(), nullable=True),
        sa.Column("error", _TEXT, nullable=False),
        sa.Column("answered_at", plugin.rows.base.UtcDateTime(timezone=True), nullable=True),
        sa.Column("expires_at", plugin.rows.base.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["requisition_id"], ["requisition.id"]),
        *_constraints(),
        sa.UniqueConstraint("employer_id", "token"),
    )
    op.create_index("ix_question_employer_id", "question", ["employer_id"], unique=False)
    op.create_index("ix_question_expires_at", "question", ["expires_at"], unique=False)
    bind = op.get_bind()
    old, new = _table("calibration"), _table("calibrationmarket")
    for key in bind.execute(sa.select(old.c.id).where(old.c.state == "done").order_by(old.c.id)).scalars().all():
        row = bind.execute(sa.select(old).where(old.c.id == key)).mappings().one()
        cells = row["market"] if isinstance(row["market"], list) else json.loads(row["market"] or "[]")
        packed = {"market": _market(cells, row["floor"], row["universe"], row["considered"]), "specifications": []}
        bind.execute(
            new.insert().values(
                employer_id=row["employer_id"],
                created_at=row["created_at"],
                calibration_id=key,
                packed=zlib.compress(json.dumps(packed).encode()),
            )
        )
    op.drop_column("calibration", "market")


def downgrade() -> None:
    # Which score went with which level is not kept any more: an older release shows no figures for these calibrations.
    op.add_column("calibration", sa.Column("market", sa.JSON(), nullable=False, server_default="[]"))
    op.drop_table("question")
    op.drop_table("calibrationmarket")


def _market(cells: list[Any], floor: int, universe: int, considered: int) -> dict[str, Any]:
    """The counts that score, level and pay had in one list, in the form of `ranking.Market`."""
    people: Counter[tuple[Any, ...]] = Counter()
    languages: dict[str, Counter[tuple[Any, ...]]] = {"japanese": Counter(), "english": Counter()}
    places: Counter[tuple[Any, ...]] = Counter()
    for score, without, japanese, english, band, place, contactable, count in cells:
        if score >= floor:
            people[score, 1 if band < 0 else 0, contactable] += count
        if without >= floor:
            places[without, place] += count
            for name, level in (("japanese", japanese), ("english", english)):
                languages[name][without, level, "stated" if level >= 0 else "", band] += count
    return {
        "floor": floor,
        "universe": universe,
        "within_reach": considered,
        "people": [[*key, count] for key, count in people.items()],
        "languages": {name: [[*key, count] for key, count in found.items()] for name, found in languages.items()},
        "places": [[*key, count] for key, count in places.items()],
    }


def _shared() -> list[sa.Column[object]]:
    return [
        sa.Column("id", _BIG, nullable=False),
        sa.Column("employer_id", _BIG, nullable=False),
        sa.Column("created_at", plugin.rows.base.UtcDateTime(timezone=True), nullable=False),
    ]


def _constraints() -> list[sa.Constraint]:
    return [sa.ForeignKeyConstraint(["employer_id"], ["employer.id"]), sa.PrimaryKeyConstraint("id")]


def _table(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())
