"""Everyone's stored score of a calibration, a row for each score: at four million profiles a row a person is too many.

The ids of a group are packed and compressed; a group is unpacked only when somebody in it is asked for.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import insert
from sqlmodel import Session, col, select

from plugin.rows import Calibration, CalibrationScore
from ranking.values import ScoreGroup

_LEVEL = 1  # zlib's fastest: ids share their beginnings, more effort saves little


def keep(session: Session, calibration: Calibration, groups: Iterable[ScoreGroup], now: datetime) -> None:
    """Store who has which score."""
    rows = [
        {
            "employer_id": calibration.employer_id,
            "calibration_id": calibration.key,
            "score": group.score,
            "count": group.count,
            "people": zlib.compress(group.ids, _LEVEL),
            "revisions": zlib.compress(group.revisions, _LEVEL),
            "created_at": now,
        }
        for group in groups
    ]
    if rows:
        session.execute(insert(CalibrationScore), rows)


def grouped(people: Iterable[tuple[str, int, int]]) -> list[ScoreGroup]:
    """Pack (profile id, revision, score) into groups, best score first."""
    by_score = sorted(people, key=lambda one: (-one[2], one[0]))
    groups = []
    for score, members in groupby(by_score, key=lambda one: one[2]):
        listed = list(members)
        ids = "\n".join(profile_id for profile_id, _revision, _score in listed).encode()
        revisions = struct.pack(f"<{len(listed)}i", *(revision for _id, revision, _score in listed))
        groups.append(ScoreGroup(score, len(listed), ids, revisions))
    return groups


def stored_score(
    session: Session, calibration: Calibration, profile_id: str, *, likely: int | None = None
) -> int | None:
    """Find one person's stored score, None if they have none; the group of the `likely` score is looked into first."""
    scores = session.exec(
        select(CalibrationScore.score).where(col(CalibrationScore.calibration_id) == calibration.key)
    ).all()
    wanted = b"\n" + profile_id.encode() + b"\n"
    for score in sorted(scores, key=lambda score: (score != likely, -score)):
        row = session.exec(
            select(CalibrationScore)
            .where(col(CalibrationScore.calibration_id) == calibration.key, col(CalibrationScore.score) == score)
            .execution_options(populate_existing=True)
        ).one()
        if wanted in b"\n" + zlib.decompress(row.people) + b"\n":
            return score
    return None


def stored_scores(session: Session, calibration: Calibration, profile_ids: Sequence[str]) -> dict[str, int]:
    """Find several people's stored scores, from the best group down until all are found; who has none is absent."""
    wanted = {profile_id.encode(): profile_id for profile_id in profile_ids}
    found: dict[str, int] = {}
    scores = session.exec(
        select(CalibrationScore.score)
        .where(col(CalibrationScore.calibration_id) == calibration.key)
        .order_by(col(CalibrationScore.score).desc())
    ).all()
    for score in scores:
        if not wanted:
            break
        people = session.exec(
            select(CalibrationScore.people).where(
                col(CalibrationScore.calibration_id) == calibration.key, col(CalibrationScore.score) == score
            )
        ).one()
        ids = b"\n" + zlib.decompress(people) + b"\n"
        for raw in [raw for raw in wanted if b"\n" + raw + b"\n" in ids]:
            found[wanted.pop(raw)] = score
    return found


def best_first(session: Session, calibration: Calibration, least: int) -> Iterator[tuple[str, int, int]]:
    """Yield (profile id, revision, score) from the best score down to `least`, ties by profile id; one group at a time."""
    scores = session.exec(
        select(CalibrationScore.score)
        .where(col(CalibrationScore.calibration_id) == calibration.key, col(CalibrationScore.score) >= least)
        .order_by(col(CalibrationScore.score).desc())
    ).all()
    for score in scores:
        row = session.exec(
            select(CalibrationScore).where(
                col(CalibrationScore.calibration_id) == calibration.key, col(CalibrationScore.score) == score
            )
        ).one()
        group = ScoreGroup(row.score, row.count, zlib.decompress(row.people), zlib.decompress(row.revisions))
        for profile_id, revision in sorted(group.people()):
            yield profile_id, revision, score
