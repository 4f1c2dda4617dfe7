"""A store fitted on its own people: new words are learned, vectors are made anew beside the old, and back again."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from ranking.encoder import ngrams, vector_fingerprint
from ranking.features import stem
from ranking.judge import Judge
from ranking.score import score_version
from ranking.store import ProfileStore, StoreError
from ranking.store_fit import LEAST_PEOPLE, LEAST_SAYING, fit_tables
from ranking.tables import in_force, load_tables, remembered, tables
from ranking.universe import generate
from ranking.values import Profile, Requirement

TODAY = date(2026, 11, 21)
SAYS = "Zorbling"
PEOPLE = 400


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fitting on a tenth of what is asked for takes a tenth of the time."""
    monkeypatch.setattr("ranking.store_fit.LEAST_PEOPLE", PEOPLE)


@pytest.fixture(scope="module")
def everybody() -> list[Profile]:
    """Generated people; in one line of work everybody speaks of "zorbling", which no table knows."""
    people = []
    for person in generate(PEOPLE, 21):
        text = person.profile.text
        if "Python" in text or "Java" in text:
            text += f"\n{SAYS} with Python, Java and Kubernetes for a backend."
        people.append(Profile(person.profile.id, text, headline=person.title))
    return people


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, everybody: list[Profile]) -> Iterator[tuple[Path, list[Profile]]]:
    yield tmp_path_factory.mktemp("fitted"), everybody


def direction(word: str) -> int | None:
    """The line of work a word points to most by the tables in force; None where they don't know it."""
    rows, _ = ngrams(word.lower())
    return int(np.argmax(tables().projection[rows[0]])) if len(rows) else None


def test_too_few_people_are_not_fitted_on(
    store: ProfileStore, profiles: list[Profile], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert LEAST_PEOPLE == 2_000
    monkeypatch.setattr("ranking.store_fit.LEAST_PEOPLE", LEAST_PEOPLE)
    store.apply(1, profiles)
    with pytest.raises(StoreError, match="There are 400 people in the store; fitting needs at least 2,000"):
        store.fit()
    assert not store.fitted


def test_fit_serve_open_again_and_undo(kept: tuple[Path, list[Profile]], backend: Requirement) -> None:
    folder, people = kept
    told: list[tuple[int, int]] = []
    with ProfileStore.open(folder, "employer-1") as store:
        store.apply(5, people)
        plain = Judge(store).calibrate(backend, None, reference_date=TODAY)
        before = vector_fingerprint()
        assert store.fit(lambda done, total: told.append((done, total))) == len(people)
        assert store.fitted and told
        fitted = Judge(store).calibrate(backend, None, reference_date=TODAY)
        assert fitted.score_version != plain.score_version and fitted.store_revision == plain.store_revision
        assert fitted.universe == plain.universe == len(people)
        assert len({s.profile_id for s in fitted.shortlist} & {s.profile_id for s in plain.shortlist}) >= 10
        # Outside the store nothing has changed.
        assert vector_fingerprint() == before and score_version() == plain.score_version
        assert store.verify() == []
        own = store.snapshot().frozen
        assert own is not None
        with in_force(own):
            assert direction(SAYS) == direction("backend") is not None
        assert direction(SAYS) is None
        # The same score as without a store, by the same tables; who is applied later is encoded by them too.
        store.apply(6, [Profile("late", people[0].text)])
        again = {
            s.profile_id: s.score
            for s in Judge(store).evidence(backend, None, ["late", people[0].id], reference_date=TODAY)
        }
        assert again["late"] == again[people[0].id]
        by_index = Judge(store).calibrate(backend, None, reference_date=TODAY, floor=0, top=50)
        with in_force(own):
            alone = {s.profile_id: s for s in Judge.score_profiles(backend, None, people, reference_date=TODAY)}
        assert all(alone[s.profile_id] == s for s in by_index.shortlist if s.profile_id != "late")
    with ProfileStore.open(folder, "employer-1") as store:
        assert store.fitted
        reopened = Judge(store).calibrate(backend, None, reference_date=TODAY)
        assert reopened.score_version == fitted.score_version
        assert [s.score for s in reopened.shortlist] == [s.score for s in by_index.shortlist[: len(reopened.shortlist)]]
        assert store.rebuild() == len(people) + 1
        assert store.fitted
        store.unfit()
        assert not store.fitted
        undone = Judge(store).calibrate(backend, None, reference_date=TODAY)
        assert undone.score_version == plain.score_version
        assert list((folder / "tables").rglob("*.npz")) == []


def test_two_stores_of_one_process_keep_apart(
    kept: tuple[Path, list[Profile]], store: ProfileStore, profiles: list[Profile], backend: Requirement
) -> None:
    folder, people = kept
    store.apply(1, profiles)
    alone = Judge(store).calibrate(backend, None, reference_date=TODAY)
    with ProfileStore.open(folder, "employer-2") as other:
        other.apply(1, people)
        other.fit()
        theirs = Judge(other).calibrate(backend, None, reference_date=TODAY)
        beside = Judge(store).calibrate(backend, None, reference_date=TODAY)
        assert beside.shortlist == alone.shortlist and beside.score_version == alone.score_version
        assert theirs.score_version != alone.score_version
        other.erase_all()
        assert not other.fitted and list((folder / "tables" / "employer-2").glob("*")) == []


def test_tables_that_are_gone_are_missed_in_words(kept: tuple[Path, list[Profile]]) -> None:
    folder, people = kept
    with ProfileStore.open(folder, "employer-3") as store:
        store.apply(1, people)
        store.fit()
    for path in (folder / "tables" / "employer-3").glob("*.npz"):
        path.unlink()
    with pytest.raises(StoreError, match="restore it from your backup"):
        ProfileStore.open(folder, "employer-3")


def test_the_same_people_give_the_same_tables_and_rare_words_are_not_learned(everybody: list[Profile]) -> None:
    texts = [person.text for person in everybody]
    rare = [
        text + ("\nQuuxification with Python and Java." if n < LEAST_SAYING - 1 else "") for n, text in enumerate(texts)
    ]
    first, second, third = fit_tables(texts), fit_tables(texts), fit_tables(rare)
    assert first.name == second.name and first.learned > 0
    word, own = (zlib.crc32(stem(name).encode()) for name in ("quuxification", SAYS.lower()))
    assert word not in third.arrays["keys"] and own in third.arrays["keys"]


def test_what_is_remembered_is_apart_for_each_tables(tmp_path: Path) -> None:
    asked: list[str] = []

    @remembered(4)
    def name() -> str:
        asked.append(tables().fingerprint)
        return tables().fingerprint

    shipped = tables()
    path = tmp_path / "own.npz"
    np.savez_compressed(
        path,
        keys=shipped.keys,
        projection=shipped.projection.astype(np.int16),
        concepts=np.array(",".join(shipped.concepts)),
        pool=shipped.pool[:-1],
        scale=np.float64(shipped.scale),
        steepness=np.float64(shipped.steepness),
        midpoint=np.float64(shipped.midpoint),
    )
    own = load_tables(str(path))
    with in_force(own):
        mine = [name(), name()]
    theirs = [name(), name()]
    assert mine == [own.fingerprint] * 2 and theirs == [shipped.fingerprint] * 2 and len(asked) == 2
