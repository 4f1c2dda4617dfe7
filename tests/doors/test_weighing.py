"""What a manager weighs before deciding: verdicts, the line's price, specifications, the table, the live re-run."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from plugin.alignment import links, market
from plugin.doors.weighing import asked_for
from plugin.people import delete_profiles
from plugin.rows import (
    Calibration,
    CalibrationMarket,
    Commitment,
    GuidanceNote,
    Job,
    Override,
    Question,
    Requisition,
    ShortlistEntry,
    Verdict,
)
from plugin.work.jobs import INTERACTIVE

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def press(client: Any, page: str, path: str, /, **form: Any) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(page).text)
    assert token is not None, f"{page} has no form"
    return client.post(path, data={"csrf_token": token[1], **form})


def act(house: Any, what: str, token: str = "", /, **form: Any) -> Any:
    page = f"/act/{token or house.link()}"
    return press(house.client(), page, f"{page}/{what}", **form)


# Verdicts (R2).


def test_a_verdict_by_the_link_is_the_managers_and_leaves_the_link_good(house: Any) -> None:
    token = house.link()
    assert act(house, "verdict", token, label="A-03", match="1").status_code == 303
    assert act(house, "verdict", token, label="A-02", why="too_senior").status_code == 303
    rows = house.all(Verdict)
    assert [(row.profile_id, row.match, row.reason, row.staff_id) for row in rows] == [
        ("u2", True, "", house.manager),
        ("u1", False, "too_senior", house.manager),
    ]
    page = house.client().get(f"/act/{token}").text
    assert 'aria-pressed="true"' in page and "合わない：" in page
    assert 'name="answer"' in page, "the link still decides"
    assert house.all(Commitment) == []


def test_only_a_no_needs_a_reason(house: Any) -> None:
    token = house.link()
    act(house, "verdict", token, label="A-02", why="other", words="  ")
    assert house.all(Verdict) == []
    act(house, "verdict", token, label="A-02", why="other", words="商談の経験が見えない")
    assert house.one(Verdict).reason == "商談の経験が見えない"
    assert "商談の経験が見えない" in house.client().get(f"/act/{token}").text
    assert act(house, "verdict", token, label="A-02", why="too_old").status_code == 400
    assert act(house, "verdict", token, label="A-99", match="1").status_code == 404


@pytest.mark.parametrize("what", ["verdict", "specification", "rerun", "keep"])
def test_a_link_that_cannot_decide_does_nothing_else_either(house: Any, what: str) -> None:
    form = {"label": "A-01", "match": "1", "letter": "B", "text": "営業", "field": "pay"}
    used, former, good = house.link(), house.link(staff=house.bystander), house.link()
    with house.work.writing() as db:
        links.use_link(db, used, "decide")
    before = house.everything()
    for token in (used, former, "made-up-token"):
        assert press(house.client(), "/sign-in", f"/act/{token}/{what}", **form).status_code == 410
    assert house.client().post(f"/act/{good}/{what}", data=form).status_code == 400, "no token of the form"
    assert house.everything() == before


def test_the_showing_link_and_other_colleagues_give_no_verdict(house: Any) -> None:
    page = f"/r/{house.show_token()}"
    text = house.client().get(page).text
    assert "/verdict" not in text and "/specification" not in text and "/rerun" not in text
    assert press(house.client(), page, f"{page}/verdict", label="A-01", match="1").status_code == 404
    path = f"/requisitions/{house.requisition}/verdict"
    assert press(house.client(house.recruiter), "/requisitions", path, label="A-01", match="1").status_code == 403
    assert press(house.client(house.bystander), "/requisitions", path, label="A-01", match="1").status_code == 404
    assert house.all(Verdict) == []


def test_words_about_somebody_go_when_they_are_erased(house: Any) -> None:
    token = house.link()
    act(house, "verdict", token, label="A-02", why="other", words="佐々木さんは商談の経験が浅い")
    act(house, "verdict", token, label="A-03", why="other", words="領域が違う")
    with house.work.writing() as db:
        employer = db.get_one(Requisition, house.requisition).employer_id
        delete_profiles(db, house.work.vault, employer, ["u1"])
    assert [(row.profile_id, row.match, row.reason) for row in house.all(Verdict)] == [
        ("u1", False, ""),
        ("u2", False, "領域が違う"),
    ]
    assert not any("佐々木" in value for rows in house.everything().values() for row in rows for value in row)


def test_contradicting_oneself_is_pointed_out_and_a_line_suggested(house: Any) -> None:
    token = house.link()
    act(house, "verdict", token, label="A-01", why="other_field")
    act(house, "verdict", token, label="A-07", match="1")
    page = house.client(lang="en").get(f"/act/{token}").text
    assert "You refused A-01 with 90 points and took A-07 with 70" in page
    assert 'data-take="' in page


# The five, and the same numbers everywhere.


def test_the_five_are_the_best_the_last_and_three_around_the_line(house: Any) -> None:
    page = house.client().get(f"/act/{house.link()}").text
    first, _sep, rest = page.partition('id="rest"')
    assert re.findall(r'class="person[^"]*" id="(A-\d+)"', first) == ["A-01", "A-04", "A-05", "A-06", "A-08"]
    assert re.findall(r'class="person[^"]*" id="(A-\d+)"', rest) == ["A-02", "A-03", "A-07"]


def test_manager_recruiter_and_reader_of_the_ats_see_the_same_people_and_scores(house: Any) -> None:
    """R8: whoever looks, the same labels with the same scores; the manager's five are of the same twenty."""
    pages = [
        house.client().get(f"/act/{house.link()}").text,
        house.client().get(f"/r/{house.show_token()}").text,
        house.client(house.recruiter).get(f"/requisitions/{house.requisition}").text,
        house.client(house.manager).get(f"/requisitions/{house.requisition}").text,
    ]
    seen = [sorted(re.findall(r'class="person[^"]*" id="(A-\d+)" data-score="(\d+)"', text)) for text in pages]
    assert seen[0] == seen[1] == seen[2] == seen[3]
    rows = house.all(ShortlistEntry)
    assert seen[0] == sorted((row.label, str(row.score)) for row in rows)
    ranked = [re.findall(r'id="(A-\d+)" data-score', text) for text in pages[1:]]
    assert ranked[0] == ranked[1] == ranked[2] == [row.label for row in sorted(rows, key=lambda row: row.rank)]


def test_names_stand_on_the_recruiters_page_alone(house: Any) -> None:
    pages = (f"/act/{house.link()}", f"/r/{house.show_token()}")
    for text in [house.client().get(page).text for page in pages]:
        assert "山田 太郎" not in text and "架空商会" not in text
    assert "山田 太郎" in house.client(house.recruiter).get(f"/requisitions/{house.requisition}").text


# The line and its price.


def test_every_line_has_its_price_without_javascript(house: Any) -> None:
    text = house.client(lang="en").get(f"/act/{house.link()}").text
    rows = dict(re.findall(r'<tr data-line="(\d+)" data-people="(\d+)"', text))
    assert set(rows) == {str(line) for line in range(40, 101)}
    assert (rows["40"], rows["75"], rows["80"], rows["91"]) == ("8", "5", "2", "0")
    assert "Assumed: 3%" in text and "worst five business days" in text


def test_the_plan_changes_the_price(house: Any) -> None:
    client, page = house.client(lang="en"), f"/act/{house.link()}"

    def hours(query: str) -> str:
        found = re.search(r'data-line="40".*?data-of="hours">([^<]+)', client.get(page + query).text, re.S)
        assert found is not None
        return found[1]

    assert hours("?minutes=60&percent=50") == "4–8"
    assert hours("?minutes=120&percent=50") == "8–16"
    assert hours("?minutes=60&percent=50&max_people=2") == "1–2"
    assert hours("?minutes=x&percent=&max_people=-1") == hours("")


def test_the_line_asked_for_is_weighed_and_never_below_the_floor(house: Any) -> None:
    client, page = house.client(lang="en"), f"/r/{house.show_token()}"
    assert "At the line 84." in client.get(f"{page}?line=84").text
    assert "At the line 40." in client.get(f"{page}?line=3").text
    assert "At the line 75." in client.get(f"{page}?line=high").text


@given(
    st.dictionaries(
        st.sampled_from(["line", "inclusive", "max_people", "minutes", "percent"]),
        st.one_of(st.text(max_size=8), st.integers(-(10**9), 10**9).map(str), st.floats().map(str)),
    )
)
def test_whatever_stands_in_an_address_is_a_plan_or_nothing(database_kind: str, values: dict[str, str]) -> None:
    asked = asked_for(values, 75)
    assert 0 <= asked["line"] <= 100
    assert asked["inclusive"] in (True, False, None)
    assert asked["max_people"] is None or 1 <= asked["max_people"] <= 1000
    assert asked["minutes"] is None or 10 <= asked["minutes"] <= 240
    assert asked["percent"] is None or 0 < asked["percent"] <= 100


# Specifications.


def test_a_picked_specification_becomes_the_requirement_and_the_link_is_overtaken(house: Any) -> None:
    token = house.link()
    answer = act(house, "specification", token, letter="B")
    assert answer.status_code == 303
    override = house.one(Override)
    assert (override.field, override.value, override.by) == (
        "pay",
        {"low": 7_000_000, "high": 12_000_000},
        f"staff:{house.manager}",
    )
    newest = house.all(Calibration)[-1]
    assert newest.key != house.calibration
    assert house.one(Requisition, col(Requisition.id) == house.requisition).calibration_id == newest.key
    assert house.all(Commitment) == [], "asking otherwise promises nothing"
    assert 'name="answer"' not in house.client().get(f"/act/{token}").text
    assert act(house, "verdict", house.link(), label="A-01", match="1").status_code == 410


def test_a_pick_is_taken_back_by_whoever_may_see_the_requisition(house: Any) -> None:
    page, path = f"/requisitions/{house.requisition}", f"/requisitions/{house.requisition}/specification"
    assert press(house.client(house.bystander), "/requisitions", path, letter="B").status_code == 404
    press(house.client(house.recruiter), page, path, letter="B")
    assert house.one(Override).ended_at is None
    with house.work.writing() as db:
        newest = db.get_one(Calibration, house.all(Calibration)[-1].key)
        newest.state, newest.finished_at = "done", house.work.clock.now()
        db.add(newest)
    text = house.client(house.manager).get(page).text
    assert "要件に反映されています" in text
    press(house.client(house.manager), page, path, letter="")
    assert house.one(Override).ended_at is not None


def test_a_letter_that_is_not_offered_changes_nothing(house: Any) -> None:
    token = house.link()
    for letter in ("C", "Z", "あ"):
        assert act(house, "specification", token, letter=letter).status_code == 303
    assert house.all(Override) == [] and len(house.all(Calibration)) == 1


def test_the_cards_count_unknown_pay_apart_and_say_what_changes(house: Any) -> None:
    text = house.client(lang="en").get(f"/act/{house.link()}").text
    cards = text[text.index('id="cards"') : text.index('id="heat"')]
    assert "A higher upper end of pay" in cards and "¥12M" in cards and "+6" in cards
    assert "have not said what pay they want" in cards
    assert "A-03" in cards, "somebody gained who is on the shortlist keeps the label"


# The table by language and pay.


def test_small_cells_stay_closed_and_others_open_for_the_recruiter_alone(house: Any) -> None:
    page, path = f"/requisitions/{house.requisition}", f"/requisitions/{house.requisition}/cell"
    recruiter = house.client(house.recruiter)
    heat = recruiter.get(f"{page}?line=60").text
    cells = re.findall(
        r'name="language" value="(\w+)"><input type="hidden" name="level" value="(-?\d+)"><input type="hidden" name="basis" value="(\w*)">'
        r'<input type="hidden" name="band" value="(\d+)"><input type="hidden" name="line" value="(\d+)">',
        heat,
    )
    assert cells, "a cell with five or more people opens"
    language, level, basis, band, line = cells[0]
    form = {"language": language, "level": level, "basis": basis, "band": band, "line": line}
    answer = press(recruiter, page, path, **form)
    assert answer.status_code == 303
    assert "http-equiv" in recruiter.get(answer.headers["Location"]).text
    assert house.one(Job, col(Job.kind) == "question").lane == INTERACTIVE
    # Nobody else, and no cell that is withheld.
    assert press(house.client(house.manager), page, path, **form).status_code == 403
    assert house.client(house.manager).get(answer.headers["Location"]).status_code == 403
    assert f'action="{path}"' not in house.client(house.manager).get(f"{page}?line=60").text
    withheld = press(recruiter, page, path, **{**form, "line": "84"})
    assert withheld.headers["Location"].endswith("#heat")
    assert len(house.all(Question)) == 1


# The live re-run.


def test_a_rerun_changes_nothing_but_its_own_question(house: Any) -> None:
    token = house.link()
    before = house.everything()
    answer = act(house, "rerun", token, text="営業 法人営業 3年以上", guidance="英語は不要")
    after = house.everything()
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"question", "job"}
    owed = house.client().get(answer.headers["Location"])
    assert owed.status_code == 202 and 'data-state="owed"' in owed.text and "refresh" in owed.text
    asked = answer.headers["Location"].rsplit("/", 1)[1]
    elsewhere = house.client().get(f"/act/{token}/rerun/{asked[:-1]}")
    assert elsewhere.status_code == 410


def test_a_text_that_cannot_be_run_says_why(house: Any) -> None:
    answer = act(house, "rerun", text="こんにちは", guidance="")
    with house.work.writing() as db:
        row = db.get_one(Question, house.one(Question).key)
        row.state, row.error = "failed", "nothing_parsed"
        db.add(row)
    failed = house.client(lang="en").get(answer.headers["Location"])
    assert failed.status_code == 200 and "names neither a role nor a skill" in failed.text


def test_keeping_a_rerun_sets_the_chosen_fields_by_hand_and_no_other(house: Any) -> None:
    text = "バックエンドエンジニア\n■必須条件\n・Rustでの開発経験\n■給与\n年収 800万円〜1,400万円\n"
    answer = act(house, "keep", text=text, guidance="", field=["pay"])
    assert answer.status_code == 303
    override = house.one(Override)
    assert (override.field, override.value["high"]) == ("pay", 14_000_000)
    assert house.one(Requisition, col(Requisition.id) == house.requisition).description.startswith("バックエンド")
    assert len(house.all(Calibration)) == 2 and house.all(GuidanceNote) == []


def test_keeping_the_criteria_makes_them_the_managers(house: Any) -> None:
    act(house, "keep", text="x", guidance="決済の経験を重視", criteria="1")
    note = house.one(GuidanceNote)
    assert (note.text, note.author) == ("決済の経験を重視", f"staff:{house.manager}")
    assert len(house.all(Calibration)) == 2


def test_a_text_that_contradicts_itself_is_not_kept(house: Any) -> None:
    token = house.link()
    text = "バックエンドエンジニア\n■必須条件\n・Go\n・開発経験 5年〜3年\n"
    assert act(house, "keep", token, text=text, field=["years"], guidance="Go必須", criteria="1").status_code == 303
    assert house.all(Override) == [] and house.all(GuidanceNote) == []


@pytest.mark.parametrize("value", ["Go\n女性の方", "Ｆｅｍａｌｅ", "35歳以下", "\n".join(["Go"] * 51)])
def test_skills_set_by_hand_name_no_protected_attribute_and_are_not_endless(house: Any, value: str) -> None:
    page, path = (f"/requisitions/{house.requisition}/{what}" for what in ("requirement", "override"))
    client = house.client(house.recruiter, lang="en")
    answer = press(client, page, path, field="must", value=value)
    assert answer.status_code == 303 and house.all(Override) == []
    said = client.get(page).text
    assert "can&#39;t be a criterion" in said or "does not fit the field" in said


def test_keeping_nothing_or_a_made_up_field_changes_nothing(house: Any) -> None:
    token = house.link()
    act(house, "keep", token, text="営業", guidance="")
    assert act(house, "keep", token, text="営業", field=["score"]).status_code == 400
    assert house.all(Override) == [] and len(house.all(Calibration)) == 1


def test_a_text_as_long_as_a_book_is_refused(house: Any) -> None:
    assert act(house, "rerun", text="あ" * 40_001, guidance="").status_code == 413
    assert house.all(Question) == []


def test_the_requirement_page_runs_a_text_too_for_those_who_see_it(house: Any) -> None:
    page = f"/requisitions/{house.requisition}/requirement"
    path = f"/requisitions/{house.requisition}/rerun"
    answer = press(house.client(house.recruiter), page, path, text="営業", guidance="")
    assert answer.status_code == 303
    assert house.client(house.recruiter).get(answer.headers["Location"]).status_code == 202
    assert house.client(house.bystander).get(answer.headers["Location"]).status_code == 404
    assert press(house.client(house.bystander), "/requisitions", path, text="営業").status_code == 404


def test_another_employers_rerun_is_not_there(house: Any, other_house: Any) -> None:
    answer = act(house, "rerun", text="営業", guidance="")
    asked = answer.headers["Location"].rsplit("/", 1)[1]
    assert other_house.client().get(f"/act/{other_house.link()}/rerun/{asked}").status_code == 410


# Faults stand on top.


def test_a_fault_stands_above_everything_with_its_numbers_in_both_languages(house: Any) -> None:
    with house.work.writing() as db:
        calibration = db.get_one(Calibration, house.calibration)
        row = db.exec(select(CalibrationMarket).where(col(CalibrationMarket.calibration_id) == house.calibration)).one()
        stored = market.read_market(db, calibration)
        db.delete(row)
        db.flush()
        few = replace(stored.market, places=((60, "13", 2),))
        market.keep(db, calibration, replace(stored, market=few), house.work.clock.now())
    for lang, words in (("en", ("Too narrow", "fewer than five")), ("ja", ("条件が狭すぎます", "5名未満です"))):
        for path in (f"/act/{house.link()}", f"/r/{house.show_token()}"):
            text = house.client(lang=lang).get(path).text
            top = text[text.index('id="faults"') : text.index("data-weigh ")]
            assert all(word in top for word in words), (path, lang)


def test_without_a_fault_nothing_is_said(house: Any) -> None:
    assert '<section id="faults"></section>' in house.client().get(f"/act/{house.link()}").text
