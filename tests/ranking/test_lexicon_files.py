"""The shipped files are consistent, and a recruiter's own folder is read or refused in a clear word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.folding import fold
from ranking.lexicon import lay_over, lexicon, with_folder
from ranking.lexicon_files import BrokenLexicon, flat, read, sources

HEADER = "id\tgroup\timplies\tja\ten\n"
SHIPPED = read(sources(files("ranking") / "data" / "lexicon"))


def own(folder: Path, name: str, *lines: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(HEADER + "".join(line + "\n" for line in lines), encoding="utf-8")
    return folder


@pytest.fixture
def shipped_again() -> Iterator[None]:
    yield
    lay_over(None)


def test_every_concept_can_be_named_in_both_languages() -> None:
    for concept in lexicon().concepts.values():
        assert concept.label_en and concept.label_ja, concept.id
        if not SHIPPED.entries[concept.id].japanese:
            # Without a Japanese form a letter in Japanese prints the English one: a name in Latin letters.
            assert concept.label_ja.isascii(), concept.id
        assert fold(concept.label_en).text.isascii(), concept.id


def test_every_form_belongs_to_one_concept_and_is_read_as_it() -> None:
    owners = Counter(
        (words, entry.id)
        for entry in SHIPPED.entries.values()
        for words in {flat(fold(form.lstrip("~")).text) for form in (*entry.japanese, *entry.english)}
    )
    assert max(Counter(words for words, _ in owners).values()) == 1


def test_no_form_is_swallowed_by_another() -> None:
    words = lexicon()
    for entry in SHIPPED.entries.values():
        for form in (*entry.japanese, *entry.english):
            if not form.startswith("~"):
                assert [hit.concept.id for hit in words.find(form)] == [entry.id], form


def test_groups_hold_near_substitutes_not_departments() -> None:
    words = lexicon()
    assert {"mid_career_hiring"} <= set(words.related("new_grad_hiring"))
    assert "payroll" not in words.related("new_grad_hiring")
    assert "c_pharm" not in words.related("c_nurse")
    assert max(len(words.related(concept)) for concept in words.concepts) < 40


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [("django", "python"), ("jsox", "audit_internal"), ("r_sap_consul", "sap"), ("i_sogo", "i_trading")],
)
def test_the_narrow_implies_the_wide(narrow: str, wide: str) -> None:
    assert wide in lexicon().concepts[narrow].closure
    assert narrow not in lexicon().concepts[wide].closure


@pytest.mark.parametrize(
    "sentence",
    [
        "お客様の課題に寄り添い、チームで成果を出すことが好きな方を歓迎します。",
        "入社後は先輩社員が丁寧にサポートしますので、安心してください。",
        "前職では年間を通じて安定した成績を残し、社内表彰を受けました。",
        "大工場の見学を担当し、東海運営会社と海外商品の打ち合わせをしました。",
        "通信販売ではない店で、受電設備の隣に座っていました。",
        "We ran a warm reception for our guests and went ahead with the notion of slack time.",
        "She led by example, welcomed every initial idea and concurred with the team.",
        "In my spare time I bootstrap small things, prefect badges and stripes included.",
        "He is forging partnerships, filing his nails and factoring in the weather.",
        "We react to events with swift action, go on, rest, and spring and autumn are seasons.",
    ],
)
def test_ordinary_sentences_hold_no_skill_that_is_not_there(sentence: str) -> None:
    meant = {"ec_ops", "i_mail_order"}  # 通信販売 is said, if only to deny it
    found = {h.concept.id for h in lexicon().find(sentence) if h.concept.kind in ("skill", "certificate", "function")}
    assert found <= meant, found


def test_own_words_are_laid_over_and_change_the_fingerprint(tmp_path: Path, shipped_again: None) -> None:
    before = lexicon().fingerprint
    folder = own(tmp_path / "own", "skill_tools.tsv", "zorblax\tstatistics\tstatistics\t\tZorblax", "# a note", "")
    lay_over(folder)
    assert [h.concept.id for h in lexicon().find("Zorblaxの使用経験")] == ["zorblax"]
    assert "spss" in lexicon().related("zorblax") and "statistics" in lexicon().concepts["zorblax"].closure
    assert lexicon().fingerprint != before
    lay_over(None)
    assert lexicon().fingerprint == before and lexicon().find("Zorblax") == []


def test_an_id_that_is_there_gains_forms(tmp_path: Path) -> None:
    folder = own(tmp_path / "own", "skill.tsv", "python\t\t\tパイソン\t")
    words = with_folder(folder)
    assert [h.concept.id for h in words.find("パイソンとPython")] == ["python", "python"]
    assert words.concepts["python"].label_en == "Python"


def test_ignored_phrases_of_ones_own_keep_shorter_forms_from_matching(tmp_path: Path) -> None:
    folder = own(tmp_path / "own", "ignored.tsv", "ours\t\t\tパイソン通り|Python Street\t")
    assert with_folder(folder).find("Python Street 1") == []


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("skill.tsv", "x\ty", r"skill\.tsv, line 2: five columns are needed, found 2; put one tab between"),
        ("skill.tsv", "x\t\t\t\t", r"line 2: x has no form; put at least one into the fourth or fifth column"),
        ("skill.tsv", "\t\t\tあああ\t", "line 2: the id is missing"),
        ("skill.tsv", "x\t\t\t\tPYTHON", "the form PYTHON belongs to python already; take it out of one of the two"),
        ("skill.tsv", "x\t\tnowhere\t\tXyzzy", "x implies nowhere, which the lexicon doesn't have; correct the third"),
        ("skill.tsv", "x\t\t\t\t~", "has an empty form"),
        ("role.tsv", "python\t\t\t\tPythonista", r"python is a skill in .*; choose another id"),
        ("tools.tsv", "x\t\t\t\tXyzzy", "tools.tsv: the file name must begin with one of skill, function"),
    ],
)
def test_what_cannot_be_used_is_said_with_file_line_and_remedy(tmp_path: Path, name: str, line: str, said: str) -> None:
    with pytest.raises(BrokenLexicon, match=said):
        with_folder(own(tmp_path / "own", name, line))


def test_an_id_twice_in_a_file_names_both_lines(tmp_path: Path) -> None:
    folder = own(tmp_path / "own", "skill.tsv", "x\t\t\t\tXyzzy", "x\t\t\t\tPlugh")
    with pytest.raises(BrokenLexicon, match=r"line 3: the id x is taken already in line 2"):
        with_folder(folder)


def test_a_broken_folder_leaves_the_words_as_they_were(tmp_path: Path, shipped_again: None) -> None:
    before = lexicon()
    with pytest.raises(BrokenLexicon):
        lay_over(own(tmp_path / "own", "skill.tsv", "x"))
    assert lexicon() is before
    with pytest.raises(BrokenLexicon, match="is not there; set KAKUYAKU_LEXICON"):
        lay_over(tmp_path / "nowhere")


def test_files_not_in_utf8_are_named(tmp_path: Path) -> None:
    (tmp_path / "skill.tsv").write_bytes((HEADER + "x\t\t\t溶剤\t\n").encode("cp932"))
    with pytest.raises(BrokenLexicon, match=r"skill\.tsv is not UTF-8 text"):
        with_folder(tmp_path)


FORMS = sorted(words for words, (owner, doubtful) in SHIPPED.forms.items() if not doubtful and owner in SHIPPED.entries)


@given(st.lists(st.sampled_from(FORMS), min_size=1, max_size=6))
def test_forms_set_apart_are_all_found_in_their_order(forms: list[str]) -> None:
    hits = lexicon().find(" | ".join(forms))
    assert [hit.concept.id for hit in hits] == [SHIPPED.forms[form][0] for form in forms]
