"""Which letters of an experiment carry the promise (E16): decided before any of them leaves, by a keyed hash.

Only people above the line under a commitment in force are in it, and all of them are owed the meeting inside; what
differs between the arms is the commitment block. Everybody else stands outside and is compared with nobody.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, func, select

from plugin.rows import Commitment, Experiment, Scout
from plugin.scouting import experiments
from plugin.scouting.compiler import COMMITTED, STANDARD
from plugin.sealing import Vault


def assign(session: Session, vault: Vault, commitment: Commitment | None, scouts: Sequence[Scout]) -> None:
    """Give the drafted letters of one batch their arms, within each language in pairs.

    Outside a running experiment, and for letters nobody may get, the arm is as the commitment has it. Whoever was given
    an arm by this experiment before keeps it: a batch drafted anew draws no new lot. Does not commit.
    """
    experiment = experiments.running(session, scouts[0].connection_id) if commitment is not None and scouts else None
    open_ones = experiment is not None and experiments.room_for(session, experiment)
    strata: dict[str, list[Scout]] = defaultdict(list)
    for scout in scouts:
        kept = experiment is not None and scout.experiment_id == experiment.id and scout.commitment_id is not None
        if scout.state != "drafted" or not (kept or open_ones):
            scout.arm, scout.experiment_id = COMMITTED if commitment is not None else STANDARD, None
        elif not kept:
            strata[scout.language].append(scout)
        session.add(scout)
    session.flush()
    if experiment is None:
        return
    for language, people in strata.items():
        lots = draw(vault.signing_key, experiment.key, people_of(people), ahead=_ahead(session, experiment, language))
        for scout in people:
            scout.arm, scout.experiment_id = lots[scout.profile_id], experiment.key
            session.add(scout)
    session.flush()


def people_of(scouts: Sequence[Scout]) -> list[str]:
    return [scout.profile_id for scout in scouts]


def draw(key: str, experiment_id: int, profile_ids: Sequence[str], *, ahead: int = 0) -> Mapping[str, str]:
    """Arms by profile id: of every two people, in the order of their hashes, one gets the promise.

    The same people get the same arms, in whatever order they come. `ahead`: how many more have the promise than not
    already; somebody left over evens that out. No score, age or name enters.
    """
    order = sorted(profile_ids, key=lambda id: _lot(key, experiment_id, id))
    arms: dict[str, str] = {}
    for first, second in zip(order[::2], order[1::2], strict=False):
        promised = (first, second) if _lot(key, experiment_id, f"pair:{first}")[0] % 2 else (second, first)
        arms[promised[0]], arms[promised[1]] = COMMITTED, STANDARD
    if len(order) % 2:
        last = order[-1]
        even = _lot(key, experiment_id, f"last:{last}")[0] % 2 == 0
        arms[last] = STANDARD if ahead > 0 or (ahead == 0 and even) else COMMITTED
    return arms


def _lot(key: str, experiment_id: int, what: str) -> bytes:
    return hmac.new(key.encode(), f"{experiment_id}:{what}".encode(), hashlib.sha256).digest()


def _ahead(session: Session, experiment: Experiment, language: str) -> int:
    counts = dict(
        session.exec(
            select(Scout.arm, func.count())
            .where(col(Scout.experiment_id) == experiment.key, col(Scout.language) == language)
            .group_by(col(Scout.arm))
        ).all()
    )
    return counts.get(COMMITTED, 0) - counts.get(STANDARD, 0)
