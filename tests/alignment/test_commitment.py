"""R2 and R3: how a promise comes into force, and how it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlmodel import col, select

from connectors.records import Choice, HiringTeam, User
from plugin.alignment import acting, acts
from plugin.alignment import commitment as commitments
from plugin.alignment.links import LinkRefused, acting_url, look_at, new_link, read_show_token, show_token
from plugin.alignment.terms import default_terms
from plugin.pipeline import revocation
from plugin.rows import ActingLink, Calibration, Commitment, Connection, Event, Mail, Staff, Task
from plugin.scouting.settling import settle_unknown

GRACE = timedelta(minutes=30)


def _approved(house: Any, line: str = "75", **changes: Any) -> None:
    house.ring()
    house.ats.edit(line=line, **changes)
    house.ring()


def _decide(house: Any, token: str, **changes: Any) -> Commitment:
    with house.work.writing() as session:
        terms = default_terms(
            house.connection, house.calibration(session), house.manager(session), house.clock.now(), **changes
        )
        made = acting.decide_by_link(session, house.work, token, terms)
    house.settle()
    return made


# Recorded, confirmed in the mailbox.


def test_the_manager_confirms_from_the_mailbox(house_on_both: Any) -> None:
    house = house_on_both
    _approved(house)
    token = house.link("acting_link")
    with house.reading() as session:
        look = look_at(session, token)
        assert (look.state, look.purpose) == ("good", "confirm")
    assert house.states() == ["proposed"], "opening the link changes nothing"
    with house.work.writing() as session:
        acting.confirm_by_link(session, house.work, token)
    house.settle()
    commitment = house.commitments()[0]
    assert (commitment.state, commitment.strength) == ("in_force", "verified")
    assert house.batches == [commitment.id]
    assert "75点以上" in house.mails("receipt")[0]
    with house.work.writing() as session, pytest.raises(LinkRefused, match="used"):
        acting.confirm_by_link(session, house.work, token)


def test_a_proposal_never_ripens_by_itself(house: Any) -> None:
    _approved(house)
    for _hour in range(5):
        house.clock.move(timedelta(hours=13))
        house.ring()
    assert house.states() == ["proposed"]


# Attested: grace.


def test_an_attested_edit_takes_effect_after_the_grace_period(house_on_both: Any) -> None:
    house = house_on_both
    house.attest()
    _approved(house)
    assert house.states() == ["grace"]
    house.clock.move(GRACE - timedelta(minutes=1))
    house.settle()
    assert house.states() == ["grace"]
    house.clock.move(timedelta(minutes=1))
    house.settle()
    commitment = house.commitments()[0]
    assert (commitment.state, commitment.strength, commitment.how) == ("in_force", "recorded", "ats_field")
    assert house.batches == [commitment.id]
    assert "有効です" in house.ats.messages[-1]


def test_the_grace_period_starts_when_the_receipt_is_accepted(house: Any) -> None:
    house.attest()
    house.mail_server = "holds"
    _approved(house)
    house.clock.move(timedelta(days=2))
    house.ring()
    assert house.states() == ["grace"]
    with house.reading() as session:
        assert commitments.grace_ends_at(house.commitments()[0], house.connection) is None
        assert session is not None


@pytest.mark.parametrize("when", ["refused", "in grace", "in force"])
def test_a_bounced_receipt_keeps_or_takes_it_out_of_force(house: Any, when: str) -> None:
    house.attest()
    house.mail_server = "refuses" if when == "refused" else "accepts"
    _approved(house)
    if when == "in force":
        house.clock.move(GRACE)
        house.settle()
        assert house.states() == ["in_force"]
    house.bounce()
    house.clock.move(GRACE)
    house.ring()
    assert house.states() == ["refused"]
    with house.reading() as session:
        assert (
            session.exec(select(Task).where(Task.kind == "manager_unreachable")).one().facts["why"] == "receipt_bounced"
        )


def test_a_manager_without_an_address_never_commits_by_the_field(house: Any) -> None:
    house.attest()
    house.ats.team = HiringTeam((User("m1", "鈴木 健一", ""),), house.ats.team.recruiters)
    _approved(house)
    house.clock.move(GRACE)
    house.ring()
    assert house.states() == ["proposed"] and not house.batches


def test_an_attestation_withdrawn_in_the_grace_period_asks_for_confirmation(house: Any) -> None:
    house.attest()
    _approved(house)
    with house.work.writing() as session:
        connection = session.get_one(Connection, house.connection.key)
        connection.attested_by = None
        session.add(connection)
    house.clock.move(GRACE)
    house.settle()
    assert house.states() == ["proposed"]
    with house.work.writing() as session:
        acting.confirm_by_link(session, house.work, house.link("acting_link"))
    assert house.states() == ["in_force"]


def test_an_edit_that_nobody_rang_for_in_the_grace_period_is_seen_before_it_takes_effect(house: Any) -> None:
    house.attest()
    _approved(house, "75")
    house.ats.edit(line="90")
    house.clock.move(GRACE)
    house.settle()
    assert [(c.line, c.state) for c in house.commitments()] == [(75, "superseded"), (90, "grace")]


def test_a_setting_changed_in_the_grace_period_loses_no_decision(house: Any) -> None:
    house.attest()
    _approved(house, "75")
    with house.work.writing() as session:
        connection = session.get_one(Connection, house.connection.key)
        connection.policy = {**connection.policy, "days": 7, "inclusive": False}
        session.add(connection)
    house.clock.move(GRACE)
    house.settle()
    commitment = house.commitments()[0]
    assert (commitment.state, commitment.days, commitment.inclusive) == ("in_force", 5, True)


# Undo, and what a link may do.


def test_undo_works_at_any_time_and_stops_what_has_not_left(house: Any) -> None:
    house.attest()
    _approved(house)
    token = house.link("receipt")
    house.clock.move(GRACE)
    house.settle()
    with house.work.writing() as session:
        acting.undo_by_link(session, house.work.vault, token, "line_wrong", "考え直した")
    house.settle()
    assert house.states() == ["undone"]
    assert "取り消されました" in house.ats.messages[-1]
    house.clock.move(GRACE)
    house.ring()
    assert house.states() == ["undone"], "the field still says approved, which is an echo"


def test_a_decision_by_link_is_in_force_at_once(house_on_both: Any) -> None:
    house = house_on_both
    house.ring()
    made = _decide(house, house.link("nudge"), line=80, days=3)
    assert (made.state, made.strength, made.how) == ("in_force", "verified", "acting_link")
    assert house.batches == [made.id]
    assert "80点以上" in house.mails("receipt")[0]


def test_a_colleagues_word_for_a_receipt_takes_nothing_into_effect(house: Any) -> None:
    """R2: the grace period starts when the mail server accepts the receipt, and by nobody's say-so."""
    house.attest()
    house.mail_server = "is lost"
    _approved(house)
    assert house.states() == ["grace"]
    with house.work.writing() as session:
        mail = session.exec(select(Mail).where(col(Mail.kind) == "receipt")).one()
        mail.state = "unknown"
        session.add(mail)
        session.flush()
        assert settle_unknown(session, mail, delivered=True, by="staff:2")
    house.clock.move(GRACE * 3)
    house.settle()
    assert house.states() == ["proposed"] and not house.batches
    with house.work.reading() as session:
        assert [task.facts["why"] for task in session.exec(select(Task)) if task.kind == "manager_unreachable"] == [
            "receipt_unknown"
        ]


def test_a_link_serves_one_decision_and_survives_a_slip(house: Any) -> None:
    house.ring()
    token = house.link("nudge")
    with pytest.raises(acting.WrongTerms) as wrong:
        _decide(house, token, line=20)
    assert wrong.value.codes == ["line_floor"]
    _decide(house, token)
    with pytest.raises(LinkRefused, match="used"):
        _decide(house, token)


def test_a_link_expires_and_serves_its_purpose_only(house: Any) -> None:
    house.ring()
    token = house.link("nudge")
    with house.work.writing() as session, pytest.raises(LinkRefused):
        acting.undo_by_link(session, house.work.vault, token)
    house.clock.move(timedelta(days=8))
    with pytest.raises(LinkRefused, match="expired"):
        _decide(house, token)
    with pytest.raises(LinkRefused, match="unknown"):
        _decide(house, "made up")


def test_a_link_of_a_former_manager_or_an_overtaken_shortlist_is_refused(house: Any) -> None:
    house.ring()
    token = house.link("nudge")
    house.ats.describe(house.ats.posts[0].content.replace("700万円", "800万円"))
    house.ring()
    with pytest.raises(LinkRefused, match="overtaken"):
        _decide(house, token)
    token = house.link("nudge")
    house.ats.team = HiringTeam((User("m2", "高橋 直子", "naoko.takahashi@example.com"),))
    house.ring()
    with pytest.raises(LinkRefused, match="not_yours"):
        _decide(house, token)


def test_only_a_digest_of_a_link_is_kept(house: Any) -> None:
    house.ring()
    token = house.link("nudge")
    with house.reading() as session:
        rows = session.exec(select(ActingLink)).all()
    assert rows and all(token not in str(row.model_dump()) for row in rows)


def test_the_link_in_the_ats_shows_and_its_button_mails_the_manager(house: Any) -> None:
    house.ring()
    with house.work.writing() as session:
        calibration = house.calibration(session)
        shown = show_token(house.work.vault, calibration)
        assert read_show_token(house.work.vault, shown) == calibration.id
        assert read_show_token(house.work.vault, shown + "x") is None
        assert look_at(session, shown).state == "unknown", "what shows does not act"
        assert acting.ask_for_link(session, house.work, calibration)
        assert not acting.ask_for_link(session, house.work, calibration), "one a minute"
    house.settle()
    token = house.link("acting_link")
    assert acting_url(house.work.settings, token) in house.mails("acting_link")[0]
    assert _decide(house, token).state == "in_force"


def test_declining_by_link_keeps_the_reason(house: Any) -> None:
    house.ring()
    with house.work.writing() as session:
        acting.decline_by_link(session, house.work.vault, house.link("nudge"), "requirement_wrong", "要件を見直したい")
    commitment = house.commitments()[0]
    assert (commitment.state, commitment.strength, commitment.end_reason) == (
        "declined",
        "verified",
        "requirement_wrong",
    )
    with house.work.reading() as session:
        assert revocation.reason_words(session, house.work.vault, commitment) == "要件を見直したい"


def test_a_known_actor_who_is_not_the_manager_is_refused(house: Any) -> None:
    house.ring()
    with house.work.writing() as session:
        recruiter = session.exec(select(Staff).where(col(Staff.ats_id) == "r1")).one()
        calibration, manager = house.calibration(session), house.manager(session)
        made = commitments.decide(
            session,
            house.work,
            connection=house.connection,
            requisition=house.requisition(session),
            calibration=calibration,
            manager=manager,
            terms=default_terms(house.connection, calibration, manager, house.clock.now()),
            how="ats_actor",
            by=recruiter,
        )
    house.settle()
    assert (made.state, made.end_reason) == ("refused", "not_the_manager") and not house.batches


def test_a_recruiter_cannot_use_a_link_of_their_own_making(house: Any) -> None:
    house.ring()
    with house.work.writing() as session:
        recruiter = session.exec(select(Staff).where(col(Staff.ats_id) == "r1")).one()
        token = new_link(
            session,
            connection=house.connection,
            staff=recruiter,
            purpose="decide",
            subject_id=house.calibration(session).key,
        )
    with pytest.raises(LinkRefused, match="not_yours"):
        _decide(house, token)


# R3.


def _in_force(house: Any) -> None:
    house.ring()
    _decide(house, house.link("nudge"))
    assert house.states() == ["in_force"]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("700万円", "650万円", "pay"),
        ("東京都渋谷区", "大阪府大阪市", "place"),
        ("・PostgreSQLの経験\n", "・MySQLの経験\n", "must"),
        ("5年以上", "8年以上", "years"),
        ("■給与", "■雇用形態\n契約社員\n■給与", "employment"),
        ("■給与", "フルリモート可\n■給与", "remote"),
    ],
)
def test_a_change_of_what_was_promised_on_makes_it_stale(house: Any, old: str, new: str, field: str) -> None:
    _in_force(house)
    assert old in house.ats.posts[0].content
    house.ats.describe(house.ats.posts[0].content.replace(old, new))
    house.ring()
    commitment = house.commitments()[0]
    assert commitment.state == "stale" and field in commitment.end_reason
    with house.reading() as session:
        assert commitments.in_force(session, house.requisition(session).key) is None


@pytest.mark.parametrize(
    "changes",
    [{"title": "【オープンポジション】バックエンドエンジニア"}, {"is_template": True}],
    ids=["evergreen", "template"],
)
def test_what_is_skipped_from_now_on_still_goes_stale(house: Any, changes: dict[str, Any]) -> None:
    _in_force(house)
    house.ats.change(**changes)
    house.ats.describe(house.ats.posts[0].content.replace("700万円", "500万円"))
    house.ring()
    commitment = house.commitments()[0]
    assert commitment.state == "stale" and "pay" in commitment.end_reason
    with house.work.writing() as session:
        assert acting.ask_for_link(session, house.work, house.calibration(session))
    house.settle()
    with pytest.raises(LinkRefused, match="overtaken"):
        _decide(house, house.link("acting_link"))
    house.ats.edit(line="75")
    house.ring()
    house.attest()
    with house.work.writing() as session, pytest.raises(LinkRefused, match="overtaken"):
        acting.confirm_by_link(session, house.work, house.link("acting_link"))
    assert "in_force" not in house.states()


@pytest.mark.parametrize("what", ["requisition", "connection"])
def test_what_changes_during_a_pause_goes_stale_at_once(house: Any, what: str) -> None:
    _in_force(house)
    with house.work.writing() as session:
        if what == "requisition":
            acts.pause(session, house.requisition(session), "staff:1")
        else:
            connection = session.get_one(Connection, house.connection.key)
            connection.state = "paused"
            session.add(connection)
    house.ats.describe(house.ats.posts[0].content.replace("700万円", "500万円"))
    house.ring()
    assert house.states() == ["stale"]


def test_a_text_that_asks_for_nothing_any_more_makes_it_stale_and_its_return_is_a_new_one(house: Any) -> None:
    _in_force(house)
    asked, title = house.ats.posts[0].content, house.ats.posts[0].title
    house.ats.posts = [replace(house.ats.posts[0], title="…")]
    house.ats.describe("……\n")
    house.ring()
    assert house.states() == ["stale"]
    house.ats.posts = [replace(house.ats.posts[0], title=title)]
    house.ats.describe(asked)
    house.ring()
    with house.reading() as session:
        assert house.requisition(session).state == "calibrated"
        assert len(session.exec(select(Calibration)).all()) == 2


def test_guidance_and_a_new_manager_make_it_stale(house: Any) -> None:
    _in_force(house)
    with house.work.writing() as session:
        acts.set_guidance(session, house.connection, house.requisition(session), "決済領域の経験を優先", "staff:1")
    house.settle()
    assert house.commitments()[0].end_reason == "changed:guidance"
    _decide(house, house.link("nudge"))
    house.ats.team = HiringTeam((User("m2", "高橋 直子", "naoko.takahashi@example.com"),))
    house.ring()
    assert house.states() == ["stale", "stale"]
    assert house.commitments()[1].end_reason == "manager_changed"


def test_layout_upgrades_and_echoes_leave_it_in_force(house: Any) -> None:
    _in_force(house)
    house.desk.version = "test-9"
    house.ats.describe(house.ats.posts[0].content.replace("■", "\n◆ "))
    for _echo in range(3):
        house.ring()
    assert house.states() == ["in_force"]


_FIELDS = {
    "pay": ["年収 700万円〜1,000万円", "年収 750万円〜1,000万円", "年収 600万円〜900万円"],
    "place": ["東京都渋谷区", "大阪府大阪市", "福岡県福岡市"],
    "must": ["・Goでの開発経験 5年以上", "・Rubyでの開発経験 5年以上", "・Javaでの開発経験 3年以上"],
}


def _text(values: dict[str, int], spaced: bool, praise: bool) -> str:
    lines = [
        "【職種】バックエンドエンジニア",
        "■必須条件",
        _FIELDS["must"][values["must"]],
        "■給与",
        _FIELDS["pay"][values["pay"]],
        "■勤務地",
        _FIELDS["place"][values["place"]],
    ]
    if praise:
        lines += ["■会社概要", "私たちは風通しのよい会社です。"]
    return ("\n\n" if spaced else "\n").join(lines) + "\n"


@settings(max_examples=12)
@given(
    steps=st.lists(
        st.tuples(st.fixed_dictionaries({name: st.integers(0, 2) for name in _FIELDS}), st.booleans(), st.booleans()),
        min_size=1,
        max_size=4,
    )
)
def test_stale_exactly_when_a_parsed_field_changed(new_house: Callable[..., Any], steps: list[Any]) -> None:
    with new_house(count=3) as house:
        now = dict.fromkeys(_FIELDS, 0)
        house.ats.describe(_text(now, False, False))
        _in_force(house)
        for values, spaced, praise in steps:
            before = house.states()[-1]
            house.ats.describe(_text(values, spaced, praise))
            house.ring()
            changed = values != now
            now = values
            assert house.states()[-1] == ("stale" if changed else before)
            if changed:
                _decide(house, house.link("nudge"))


# R2 as a whole: nothing comes into force without the manager.


class Promises(RuleBasedStateMachine):
    """Edits by nobody knows whom, links, receipts, bounces, undo, time, in any order."""

    new_house: Callable[..., Any]

    def __init__(self) -> None:
        super().__init__()
        self.context = type(self).new_house(count=3)
        self.house = self.context.__enter__()
        self.house.mail_server = "holds"
        self.house.ring()
        self.verified: set[int] = set()  # commitments the manager made by an own act
        self.bounced: set[int] = set()
        self.ever_attested = False
        self.undone: set[int] = set()

    def teardown(self) -> None:
        self.context.__exit__(None, None, None)

    @rule(
        line=st.sampled_from(["60", "75", "７５点", "高め", ""]),
        choice=st.sampled_from([Choice.APPROVED, Choice.APPROVED, Choice.DECLINED, Choice.PENDING]),
    )
    def edit_in_the_ats(self, line: str, choice: Choice) -> None:
        self.house.ats.edit(choice=choice, line=line)
        self.house.ring()

    @rule()
    def echo(self) -> None:
        before = self.house.states()
        self.house.ring()
        assert self.house.states() == before

    @rule(pay=st.sampled_from(["700万円", "650万円"]))
    def change_the_description(self, pay: str) -> None:
        self.house.ats.describe(self.house.ats.posts[0].content.replace("700万円", pay).replace("650万円", pay))
        self.house.ring()

    @rule()
    def attest(self) -> None:
        self.house.attest()
        self.ever_attested = True

    @rule(answer=st.sampled_from(["accepts", "refuses", "holds"]))
    def mail_server(self, answer: str) -> None:
        self.house.mail_server = answer

    @rule()
    def bounce(self) -> None:
        latest = [c for c in self.house.commitments() if c.receipt_mail_id]
        self.house.bounce()
        if latest:
            self.bounced.add(latest[-1].key)

    @rule(minutes=st.sampled_from([1, 31, 60 * 24 * 8]))
    def time_passes(self, minutes: int) -> None:
        self.house.clock.move(timedelta(minutes=minutes))
        self.house.settle()

    @precondition(lambda self: any("/act/" in mail for mail in self.house.mails("nudge")))
    @rule(line=st.sampled_from([60, 75]))
    def the_manager_decides(self, line: int) -> None:
        try:
            self.verified.add(_decide(self.house, self.house.link("nudge"), line=line).key)
        except LinkRefused as refused:
            assert refused.reason in ("used", "expired", "overtaken")

    @precondition(lambda self: self.house.mails("acting_link"))
    @rule()
    def the_manager_confirms(self) -> None:
        try:
            with self.house.work.writing() as session:
                self.verified.add(acting.confirm_by_link(session, self.house.work, self.house.link("acting_link")).key)
        except LinkRefused as refused:
            assert refused.reason in ("used", "expired", "overtaken")
        self.house.settle()

    @precondition(lambda self: self.house.mails("receipt"))
    @rule()
    def the_manager_undoes(self) -> None:
        try:
            with self.house.work.writing() as session:
                ended = acting.undo_by_link(session, self.house.work.vault, self.house.link("receipt"))
            self.undone.add(ended.key)
        except LinkRefused as refused:
            assert refused.reason in ("used", "expired")
        self.house.settle()

    @invariant()
    def nothing_is_in_force_without_the_managers_act(self) -> None:
        found = self.house.commitments()
        assert sum(c.state in commitments.LIVE for c in found) <= 1
        for c in found:
            if c.in_force_at is None:
                continue
            if c.strength == "recorded":
                assert self.ever_attested and c.receipt_accepted_at is not None
                assert c.in_force_at >= c.receipt_accepted_at + GRACE
            else:
                assert c.key in self.verified
        for c in found:
            if c.key in self.undone:
                assert c.state != "in_force"
            if c.key in self.bounced and c.strength == "recorded":
                assert c.state != "in_force"
        assert set(self.house.batches) <= {c.key for c in found if c.in_force_at is not None}


def test_no_sequence_of_events_puts_a_promise_in_force_without_the_manager(new_house: Callable[..., Any]) -> None:
    machine = type("Machine", (Promises,), {"new_house": staticmethod(new_house)})
    run_state_machine_as_test(machine, settings=settings(max_examples=12, stateful_step_count=14, deadline=None))


def test_the_ledger_names_who_and_no_person(house: Any) -> None:
    _in_force(house)
    with house.reading() as session:
        events = session.exec(select(Event)).all()
    told = str([event.model_dump() for event in events])
    assert f"staff:{house.commitments()[0].manager_id}" in told
    for word in ("鈴木", "kenichi", "person1@", "架空"):
        assert word not in told
