"""Three specifications as cards; the one picked is the next requirement, and can be taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import Session, col, select

from connectors.records import Choice
from plugin.alignment import specifications
from plugin.alignment.market import read_market
from plugin.alignment.specifications import Card, NotOffered, Overtaken, pick_specification, picked, undo_pick
from plugin.people import delete_profiles
from plugin.rows import Calibration, Event, Override, RequirementRow
from ranking.values import PAY_BEYOND, PAY_UNKNOWN, PAY_WITHIN, Requirement, Specification, Tally

AS_WRITTEN = Specification(
    "as_written",
    {},
    "",
    (Tally(90, PAY_WITHIN, True, 6), Tally(80, PAY_UNKNOWN, False, 3), Tally(78, PAY_BEYOND, True, 9)),
)
EASED = Specification(
    "must_eased",
    {
        "must": [{"concept": "go", "label_ja": "Go", "label_en": "Go"}],
        "nice": [
            {"value": {"concept": "postgresql", "label_ja": "PostgreSQL", "label_en": "PostgreSQL"}, "quote": None}
        ],
    },
    "postgresql",
    (*AS_WRITTEN.people, Tally(77, PAY_WITHIN, True, 12)),
    (("p023", 79, 71), ("p005", 77, 70), ("p000", 76, 60)),
)
PAY = Specification(
    "pay_moved",
    {"pay": {"low": 7_000_000, "high": 12_000_000}},
    "pay",
    (Tally(90, PAY_WITHIN, True, 6), Tally(80, PAY_UNKNOWN, False, 3), Tally(78, PAY_WITHIN, True, 9)),
)


@pytest.fixture
def offering(house: Any) -> Any:
    house.desk.specifications = (AS_WRITTEN, EASED, PAY)
    house.ring()
    return house


def _cards(
    session: Session, house: Any, line: int = 75, locale: str = "en", inclusive: bool = True
) -> tuple[Card, ...]:
    calibration = house.calibration(session)
    return specifications.cards(
        session,
        house.work.vault,
        calibration,
        read_market(session, calibration),
        line=line,
        inclusive=inclusive,
        locale=locale,
    )


def _pick(house: Any, letter: str, by: str = "staff:1", **changes: Any) -> Calibration | None:
    with house.work.writing() as session:
        return pick_specification(
            session, house.connection, house.requisition(session), house.calibration(session), letter, by, **changes
        )


def _asked(house: Any) -> Requirement:
    with house.work.reading() as session:
        row = session.get_one(RequirementRow, house.calibration(session).requirement_id)
        return Requirement.from_json(row.parsed)


def test_each_card_counts_its_own_people_at_the_line(offering: Any) -> None:
    with offering.work.reading() as session:
        written, eased, pay = _cards(session, offering)
    assert [card.letter for card in (written, eased, pay)] == ["A", "B", "C"]
    assert (written.people, written.pay_unknown, written.reachable, written.beyond, written.more) == (9, 3, 6, 9, 0)
    assert (eased.people, eased.more) == (21, 12)
    assert (pay.people, pay.beyond, pay.more) == (18, 0, 9)


def test_the_cards_follow_the_line(offering: Any) -> None:
    with offering.work.reading() as session:
        assert [card.people for card in _cards(session, offering, line=79)] == [9, 9, 9]
        assert [card.people for card in _cards(session, offering, line=80, inclusive=False)] == [6, 6, 6]
        assert [card.line for card in _cards(session, offering, line=10)] == [40, 40, 40]
        assert all(
            card.lines[line - 40].people == _cards(session, offering, line=line)[n].people
            for n, card in enumerate(_cards(session, offering))
            for line in (40, 77, 78, 91, 100)
        )


@pytest.mark.parametrize(
    ("locale", "titles"),
    [
        ("ja", ["現在の要件のまま", "「PostgreSQL」を必須から歓迎に", "年収の上限を上げる"]),
        ("en", ["As written", "“PostgreSQL” welcome, not required", "A higher upper end of pay"]),
    ],
)
def test_a_card_says_what_changes(offering: Any, locale: str, titles: list[str]) -> None:
    with offering.work.reading() as session:
        cards = _cards(session, offering, locale=locale)
    assert [card.title for card in cards] == titles
    assert cards[0].changes == ()
    assert [change.field for change in cards[1].changes] == ["must", "nice"]
    (pay,) = cards[2].changes
    assert (pay.before, pay.after) == (
        ("700万円 – 1,000万円", "700万円 – 1,200万円") if locale == "ja" else ("¥7M – ¥10M", "¥7M – ¥12M")
    )


def test_those_gained_are_masked_and_go_with_the_person(offering: Any) -> None:
    with offering.work.reading() as session:
        gained = _cards(session, offering)[1].gained
    # Whoever is on the shortlist keeps the label they have there.
    assert [one.label for one in gained] == ["B-01", "A-06", "A-01"]
    assert [(one.score, one.score_as_written) for one in gained] == [(79, 71), (77, 70), (76, 60)]
    assert all(one.headline and "Fictional" not in one.headline and "架空" not in one.headline for one in gained)
    with offering.work.writing() as session:
        delete_profiles(session, offering.work.vault, offering.employer.key, ["p023"])
    with offering.work.reading() as session:
        assert [bool(one.headline) for one in _cards(session, offering)[1].gained] == [False, True, True]
        assert [one.label for one in _cards(session, offering, line=78)[1].gained] == ["B-01"]


def test_the_one_picked_is_the_next_requirement(offering: Any) -> None:
    before = _asked(offering)
    started = _pick(offering, "b")
    assert started is not None
    offering.settle()
    after = _asked(offering)
    assert {s.value.concept for s in after.must} == {"go"} and [s.value.concept for s in after.nice] == ["postgresql"]
    # What moved keeps the description's words.
    assert after.nice[0].quote.words and after.must[0].quote == before.must[0].quote
    assert after.pay == before.pay
    with offering.work.reading() as session:
        stands = picked(session, offering.requisition(session))
        event = session.exec(select(Event).where(col(Event.what) == "specification_picked")).one()
    assert stands is not None and (stands.letter, stands.kind, stands.by) == ("B", "must_eased", "staff:1")
    assert (event.actor, event.facts["strength"]) == ("staff:1", "page")


def test_taking_it_back_asks_as_before(offering: Any) -> None:
    before = _asked(offering)
    _pick(offering, "B")
    offering.settle()
    _pick(offering, "C")
    offering.settle()
    with offering.work.writing() as session:
        undo_pick(session, offering.connection, offering.requisition(session), "staff:1")
    offering.settle()
    assert _asked(offering).hash == before.hash
    with offering.work.writing() as session:
        requisition = offering.requisition(session)
        assert picked(session, requisition) is None
        assert undo_pick(session, offering.connection, requisition, "staff:1") is None
        assert [row for row in session.exec(select(Override)) if row.ended_at is None] == []


def test_taking_the_requirement_as_written_is_on_record_and_changes_nothing(offering: Any) -> None:
    before = _asked(offering)
    assert _pick(offering, "A") is None
    offering.settle()
    assert _asked(offering).hash == before.hash
    with offering.work.reading() as session:
        stands = picked(session, offering.requisition(session))
        assert stands is not None and stands.letter == "A"
        assert [card.picked for card in _cards(session, offering)] == [True, False, False]


def test_a_commitment_on_the_former_requirement_goes_stale(offering: Any) -> None:
    offering.attest()
    offering.ats.edit(Choice.APPROVED, "75")
    offering.ring()
    assert offering.states() == ["grace"]
    _pick(offering, "C")
    offering.settle()
    assert offering.states() == ["stale"]


def test_what_is_not_offered_or_overtaken_is_refused(offering: Any) -> None:
    with pytest.raises(NotOffered) as missing:
        _pick(offering, "D")
    with offering.work.reading() as session:
        old = offering.calibration(session)
    _pick(offering, "C")
    with pytest.raises(Overtaken) as late, offering.work.writing() as session:
        pick_specification(session, offering.connection, offering.requisition(session), old, "B", "staff:1")
    for refused in (missing.value, late.value):
        assert refused.text("ja") != refused.text("en")
    offering.settle()
    with offering.work.reading() as session:
        assert len(session.exec(select(Override)).all()) == 1


def test_a_text_that_says_it_itself_ends_the_pick(offering: Any) -> None:
    _pick(offering, "C")
    offering.settle()
    offering.ats.describe(offering.ats.posts[0].content.replace("1,000万円", "1,200万円"))
    offering.ring()
    assert _asked(offering).pay is not None and _asked(offering).pay.value.high == 12_000_000  # type: ignore[union-attr]
    with offering.work.reading() as session:
        assert picked(session, offering.requisition(session)) is None


# Picked in the ATS.


def _field(house: Any, text: str) -> None:
    """Somebody edits the specification field, nobody knows who."""
    house.ats.decision = replace(house.ats.decision, specification=text)
    house.ring()


@pytest.mark.parametrize("text", ["C", "ｃ", "C案", " 案C "])
def test_a_letter_in_the_field_of_the_ats_picks_once(offering: Any, text: str) -> None:
    with offering.work.reading() as session:
        first = offering.calibration(session).short_id
    _field(offering, text)
    for _bell in range(3):
        offering.ring()
    asked = _asked(offering)
    assert asked.pay is not None and asked.pay.value.high == 12_000_000
    with offering.work.reading() as session:
        stands = picked(session, offering.requisition(session))
        events = session.exec(select(Event).where(col(Event.what) == "specification_picked")).all()
        assert len(session.exec(select(Calibration)).all()) == 2
    assert stands is not None and (stands.letter, stands.calibration, stands.by) == ("C", first, "ats")
    assert [event.facts["strength"] for event in events] == ["recorded"]
    # The field is reset for the next calibration, and nothing was decided by it.
    assert offering.ats.decision.specification == "" and offering.ats.decision.choice is Choice.PENDING
    assert offering.commitments() == []


def test_a_letter_of_an_earlier_calibration_picks_nothing(offering: Any) -> None:
    offering.ats.decision = replace(offering.ats.decision, calibration="C000000", specification="C")
    offering.ring()
    with offering.work.reading() as session:
        assert session.exec(select(Override)).all() == []


def test_what_is_no_letter_is_answered_once_in_our_own_field(offering: Any) -> None:
    said = len(offering.ats.messages)
    for _bell in range(3):
        _field(offering, "安いほう")
    assert len(offering.ats.messages) == said + 1 and "安いほう" in offering.ats.messages[-1]
    with offering.work.reading() as session:
        assert session.exec(select(Override)).all() == []


def test_the_ats_is_told_what_there_is_to_choose(offering: Any) -> None:
    note, message = offering.ats.notes[-1], offering.ats.messages[-1]
    for text in (note, message):
        assert "A案：現在の要件のまま。75点以上9名（うち連絡可能 約6名）" in text
        assert "B案：「PostgreSQL」を必須から歓迎に。75点以上21名" in text
        assert "C案：年収の上限を上げる（年収：700万円 – 1,000万円 → 700万円 – 1,200万円）" in text
    assert message.index("A案") > message.index("要件案の欄")
