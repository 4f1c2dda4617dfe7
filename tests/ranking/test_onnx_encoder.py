"""An encoder in a folder: what is wrong with it is said, and what it adds to the score is bounded, quoted and the same."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranking.chunks import chunks_of
from ranking.facts import read_text
from ranking.judge import Judge
from ranking.requirement import read_requirement
from ranking.rereading import Rereader
from ranking.sentence_encoder import CONFIG, EncoderError, open_encoder
from ranking.store import ProfileStore
from ranking.values import Estimate, Market, Profile, Requirement, Scored
from ranking.vector_cache import VectorCache


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("tiny_encoder", Path(__file__).with_name("tiny_encoder.py"))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["tiny_encoder"] = module
    spec.loader.exec_module(module)
    return module


tiny = _load()
TODAY = date(2026, 11, 21)
KEEPER = read_requirement("Job title: Backend engineer\nRequirements\n- Beekeeping experience\n- Python\n")
HIVES = Profile(
    "hives", "I looked after forty hives and sold the honey at the market every week. I also drove a van there."
)
FURNITURE = Profile(
    "furniture", "I repaired old chairs and sold the furniture at the market every week. I also drove a van there."
)
JAPANESE = Profile("japanese", "山で巣の世話をし、集めた蜜を毎週の市で売っていました。配達の車も運転していました。")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.write_encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def rereader(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rereader]:
    opened = Rereader(open_encoder(folder), tmp_path_factory.mktemp("kept") / "employer-1", people=50)
    yield opened
    opened.close()


def scores(found: list[Scored]) -> dict[str, int]:
    return {one.profile_id: one.score for one in found}


def of_beekeeping(one: Scored) -> tuple[float, str, str]:
    row = next(row for d in one.dimensions for row in d.rows if row.unit == "must:phrase:Beekeeping experience")
    return row.points, row.status, row.profile.words if row.profile else ""


# ── what it adds ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_words_the_lexicon_does_not_know_are_found_and_quoted(rereader: Rereader) -> None:
    people = [HIVES, FURNITURE]
    plain = {one.profile_id: one for one in Judge.score_profiles(KEEPER, None, people)}
    assert of_beekeeping(plain["hives"])[0] == of_beekeeping(plain["furniture"])[0]
    read = {one.profile_id: one for one in Judge.score_profiles(KEEPER, None, people, rereader=rereader)}
    points, _, words = of_beekeeping(read["hives"])
    assert points > of_beekeeping(read["furniture"])[0] + 2
    assert words == "I looked after forty hives and sold the honey at the market every week."
    assert words in HIVES.text


def test_another_language_is_found_too(rereader: Rereader) -> None:
    read = {one.profile_id: one for one in Judge.score_profiles(KEEPER, None, [JAPANESE, FURNITURE], rereader=rereader)}
    assert of_beekeeping(read["japanese"])[0] > of_beekeeping(read["furniture"])[0]
    assert "蜜" in of_beekeeping(read["japanese"])[2]


def test_a_language_the_model_does_not_know_never_reaches_it(folder: Path, tmp_path: Path) -> None:
    english = tiny.write_encoder(tmp_path / "en", config=tiny.CONFIG.replace('["ja", "en"]', '["en"]'))
    reader = Rereader(open_encoder(english))
    japanese = read_requirement("職種：バックエンドエンジニア\n必須条件\n・養蜂の経験\n")
    for requirement, person in ((KEEPER, JAPANESE), (japanese, JAPANESE)):
        (plain,) = Judge.score_profiles(requirement, None, [person])
        (read,) = Judge.score_profiles(requirement, None, [person], rereader=reader)
        assert read == plain
    (read,) = Judge.score_profiles(KEEPER, None, [HIVES], rereader=reader)
    assert of_beekeeping(read)[0] > 0


def test_a_skill_of_the_lexicon_is_related_at_most_where_its_words_stand_near(tmp_path: Path) -> None:
    """The description's skill is a concept; a profile that says it otherwise gets part of its points, never "met"."""
    reader = Rereader(
        open_encoder(tiny.write_encoder(tmp_path, topics=(("salesforce", "seibelforce"), ("セールスフォース", "別名"))))
    )
    asked = read_requirement("Job title: Sales\nRequirements\n- Salesforce\n- Excel\n")
    people = [
        Profile("near", "Every day I kept the records of our customers in Seibelforce. I drove a van to see them."),
        Profile("far", "Every day I kept the records of our customers in a drawer. I drove a van to see them."),
        Profile("denied", "No experience with Salesforce. Every day I kept the records of our customers in a drawer."),
    ]
    rows = {
        one.profile_id: next(row for d in one.dimensions for row in d.rows if row.unit.startswith("must:salesforce"))
        for one in Judge.score_profiles(asked, None, people, rereader=reader)
    }
    assert rows["near"].status == "related" and rows["near"].inferred
    assert 0 < rows["near"].points <= 0.6 * rows["near"].maximum
    assert rows["near"].profile is not None and "Seibelforce" in rows["near"].profile.words
    assert (rows["far"].status, rows["far"].points) == ("not_found", 0.0)
    assert (rows["denied"].status, rows["denied"].points) == ("contradicted", 0.0)


def test_points_are_still_the_arithmetic_of_the_rows(rereader: Rereader) -> None:
    for one in Judge.score_profiles(KEEPER, None, [HIVES, FURNITURE, JAPANESE], rereader=rereader):
        total = sum(row.points for d in one.dimensions for row in d.rows)
        assert abs(total - one.score) <= 0.5 + 1e-9 or one.capped
        for d in one.dimensions:
            assert d.points == pytest.approx(sum(row.points for row in d.rows))
            assert all(0 <= row.points <= row.maximum for row in d.rows)


# ── the same every time ──────────────────────────────────────────────────────────────────────────────────────────


def test_alone_among_others_and_from_the_cache_is_the_same(folder: Path, rereader: Rereader, tmp_path: Path) -> None:
    people = [HIVES, FURNITURE, JAPANESE]
    among = {one.profile_id: one for one in Judge.score_profiles(KEEPER, None, people, rereader=rereader)}
    fresh = Rereader(open_encoder(folder))
    for person in people:
        for reader in (rereader, fresh):
            (alone,) = Judge.score_profiles(KEEPER, None, [person], rereader=reader)
            assert alone == among[person.id] and alone.evidence_hash == among[person.id].evidence_hash


def test_the_version_names_the_encoder(rereader: Rereader, tmp_path: Path) -> None:
    other = Rereader(open_encoder(tiny.write_encoder(tmp_path, topics=(tiny.BEES,))))
    plain, mine, theirs = Judge(_Nobody()).version, Judge(_Nobody(), rereader).version, Judge(_Nobody(), other).version
    assert len({plain, mine, theirs}) == 3
    assert mine.startswith(plain)


class _Nobody:
    def snapshot(self) -> object:
        raise AssertionError("not asked")

    def get(self, ids: object) -> dict[str, Profile]:
        return {}


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from([HIVES, FURNITURE, JAPANESE]), min_size=1, max_size=3, unique_by=lambda p: p.id), st.data()
)
def test_neutral_words_and_order_move_little(rereader: Rereader, people: list[Profile], data: st.DataObject) -> None:
    sentences = ["The weather was often fine.", "Trains run on time here.", "天気の良い日が続きました。"]
    added = "\n" + " ".join(data.draw(st.permutations(sentences)))
    longer = [Profile(p.id, p.text + added) for p in reversed(people)]
    moved = {}
    for reader in (None, rereader):
        before = scores(Judge.score_profiles(KEEPER, None, people, rereader=reader))
        after = scores(Judge.score_profiles(KEEPER, None, longer, rereader=reader))
        moved[reader is None] = {name: abs(after[name] - before[name]) for name in before}
    # What the first reading moves by has tests of its own (`test_score`); the second adds hardly anything to it.
    assert all(moved[False][name] <= moved[True][name] + 2 for name in moved[True])


# ── over a store ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_over_a_store_counts_are_estimates_and_only_those_read_again_have_a_score(
    filled: ProfileStore, profiles: list[Profile], backend: Requirement, rereader: Rereader
) -> None:
    run = Judge(filled, rereader).calibrate(backend, None, reference_date=TODAY, floor=0)
    assert run.table is not None and run.table.estimate is not None
    assert run.table.estimate.read == 50
    assert sum(group.count for group in run.groups) == 50
    found = {
        s.profile_id: s for s in Judge.score_profiles(backend, None, profiles, reference_date=TODAY, rereader=rereader)
    }
    for group in run.groups:
        for profile_id, _ in group.people():
            assert found[profile_id].score == group.score
    assert all(found[s.profile_id] == s for s in run.shortlist)
    assert [s.score for s in run.shortlist] == sorted((s.score for s in run.shortlist), reverse=True)
    assert Market.from_json(run.table.to_json()).estimate == run.table.estimate
    plain = Judge(filled).calibrate(backend, None, reference_date=TODAY, floor=0)
    assert plain.table is not None and plain.table.estimate is None
    assert run.score_version != plain.score_version
    preview = Judge(filled, rereader).preview(backend, None, reference_date=TODAY, floor=0)
    assert preview.shortlist == run.shortlist


@given(
    st.dictionaries(st.integers(0, 100), st.integers(0, 50)),
    st.integers(-30, 30),
    st.integers(0, 30),
    st.integers(0, 100),
)
def test_an_interval_holds_what_everyone_moved_by_gives(
    counts: dict[int, int], low: int, width: int, line: int
) -> None:
    estimate = Estimate(10, low, low + width)
    least, most = estimate.between(counts, line)
    for moved in range(low, low + width + 1):
        assert least <= sum(n for score, n in counts.items() if score + moved >= line) <= most


# ── what is kept ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_is_forgotten_leaves_no_vectors(folder: Path, tmp_path: Path) -> None:
    reader = Rereader(open_encoder(folder), tmp_path / "employer-1")
    Judge.score_profiles(KEEPER, None, [HIVES, FURNITURE], rereader=reader)
    assert reader.kept() == ["furniture", "hives"]
    (kept,) = (tmp_path / "employer-1").glob("*.sqlite3")
    assert b"hives" in kept.read_bytes()
    reader.forget(["hives"])
    assert reader.kept() == ["furniture"]
    reader.close()
    assert b"hives" not in kept.read_bytes()


def test_a_changed_text_is_encoded_anew(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "v.sqlite3", "one", 3)
    cache.write("p", "old", np.ones((2, 3), np.int16))
    assert cache.read("p", "new") is None
    found = cache.read("p", "old")
    assert found is not None and found.tolist() == [[1, 1, 1], [1, 1, 1]]
    cache.close()


def test_vectors_of_another_model_are_refused(tmp_path: Path) -> None:
    VectorCache(tmp_path / "v.sqlite3", "one", 3).close()
    with pytest.raises(ValueError, match="vectors of another encoder"):
        VectorCache(tmp_path / "v.sqlite3", "two", 3)


# ── chunks ───────────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.text(alphabet="経験はありません。\n .aPythonJavaのe!?【】Ａｱﾞ1", max_size=400))
def test_chunks_are_exact_stretches_of_the_text(text: str) -> None:
    reading = read_text(text)
    for chunk in chunks_of(reading):
        quote = chunk.quote(reading)
        assert text[quote.start : quote.end] == quote.words == chunk.text
        assert len(chunk.text) <= 500


def test_what_is_denied_is_in_no_chunk() -> None:
    reading = read_text("Pythonで基幹システムを開発してきました。Javaの経験はありません。毎週の会議を進行しています。")
    said = " ".join(chunk.text for chunk in chunks_of(reading))
    assert "Python" in said and "会議" in said and "Java" not in said


# ── what can be wrong with a folder ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: (f / CONFIG).unlink(), "write one as docs/encoders.md shows"),
        (lambda f: (f / CONFIG).write_text("name = "), "can't be read"),
        (lambda f: (f / CONFIG).write_text('name = "x"\ndimensions = 3\n'), 'lacks "languages"'),
        (lambda f: (f / CONFIG).write_text(tiny.CONFIG + "prefix = 1\n"), "prefix is no field of it"),
        (lambda f: (f / CONFIG).write_text(tiny.CONFIG.replace("48", '"48"')), "dimensions must be a whole number"),
        (lambda f: (f / CONFIG).write_text(tiny.CONFIG.replace('"mean"', '"max"')), 'pooling must be "mean" or "cls"'),
        (lambda f: (f / CONFIG).write_text(tiny.CONFIG.replace('"ja"', '"fr"')), "languages must be some of"),
        (lambda f: (f / CONFIG).write_text(tiny.CONFIG.replace("48", "384")), "the model gives 48 numbers a text"),
        (lambda f: (f / CONFIG).write_text(tiny.CONFIG + 'output = "pooled"\n'), 'no output "pooled"'),
        (lambda f: (f / "model.onnx").unlink(), "has no model.onnx; put it there"),
        (lambda f: (f / "tokenizer.json").unlink(), "has no tokenizer.json"),
        (lambda f: (f / "model.onnx").write_bytes(b"not a model"), "can't be loaded"),
        (lambda f: (f / "tokenizer.json").write_text("{}"), "can't be loaded"),
        (lambda f: tiny.write_encoder(f, inputs=("input_ids", "pixel_values")), "wants pixel_values"),
    ],
)
def test_a_folder_that_does_not_fit_says_what_to_do(tmp_path: Path, change: object, said: str) -> None:
    folder = tiny.write_encoder(tmp_path)
    assert callable(change)
    change(folder)
    with pytest.raises(EncoderError, match=said.replace("(", r"\(")):
        open_encoder(folder)


def test_no_folder_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="KAKUYAKU_ENCODER"):
        open_encoder(tmp_path / "nowhere")


def test_cls_takes_the_first_token_and_prefixes_come_first(tmp_path: Path) -> None:
    config = tiny.CONFIG.replace('"mean"', '"cls"').replace('"query: "', '"honey "').replace('"passage: "', '""')
    encoder = open_encoder(tiny.write_encoder(tmp_path, config=config))
    query = encoder.queries(["glaze"])
    assert (query == encoder.passages(["honey and something else"])).all()
    assert (query != encoder.passages(["glaze"])).any()
    assert np.linalg.norm(query[0].astype(float)) == pytest.approx(32_767, rel=1e-3)
