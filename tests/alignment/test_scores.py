"""Everyone's stored score, a row for each score: nobody is lost, and the order is best first, ties by id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from plugin.alignment.scores import best_first, grouped, keep, stored_score, stored_scores
from plugin.rows import Calibration, CalibrationScore

_IDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
_PEOPLE = st.dictionaries(_IDS, st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 100)), max_size=40)


def _calibration(session: Session, house: Any) -> Calibration:
    """The house's calibration, with nobody's score."""
    found: Calibration = house.calibration(session)
    for row in session.exec(select(CalibrationScore).where(col(CalibrationScore.calibration_id) == found.key)):
        session.delete(row)
    session.flush()
    return found


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people=_PEOPLE, least=st.integers(0, 100), stranger=_IDS, guess=st.integers(0, 100))
def test_what_is_kept_is_found_again(
    house: Any, people: dict[str, tuple[int, int]], least: int, stranger: str, guess: int
) -> None:
    if house.rung == 0:
        house.ring()
    with house.work.writing() as session:
        calibration = _calibration(session, house)
        keep(
            session,
            calibration,
            grouped((id, revision, score) for id, (revision, score) in people.items()),
            house.clock.now(),
        )
        session.flush()
        expected = sorted(
            ((id, revision, score) for id, (revision, score) in people.items() if score >= least),
            key=lambda one: (-one[2], one[0]),
        )
        assert list(best_first(session, calibration, least)) == expected
        some = [*list(people)[:10], stranger]
        assert stored_scores(session, calibration, some) == {id: people[id][1] for id in some if id in people}
        for id in some:
            wanted = people[id][1] if id in people else None
            assert stored_score(session, calibration, id, likely=guess) == wanted


def test_part_of_an_id_is_nobody(house: Any, new_house: Callable[..., Any]) -> None:
    house.ring()
    with house.work.writing() as session:
        calibration = _calibration(session, house)
        keep(session, calibration, grouped([("p-10", 1, 70), ("xp-1", 1, 70)]), house.clock.now())
        session.flush()
        assert stored_score(session, calibration, "p-1") is None
        assert stored_scores(session, calibration, ["p-1", "p-10"]) == {"p-10": 70}
