"""The store keeps, updates and forgets people; two collections don't mix (R11); one process at a time."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ranking import store as store_module
from ranking.judge import Judge
from ranking.requirement import read_requirement
from ranking.store import ProfileStore, StoreBusy, StoreError
from ranking.values import Level, Profile

ANNA = Profile("anna", "SRE。Terraform、AWSの経験6年。日本語：ネイティブ。", revision=3, contactable=True)
BEN = Profile("ben", "Account Executive\n5 years of B2B sales experience.\nEnglish: native", place="27")


def test_what_goes_in_comes_out_completed(store: ProfileStore) -> None:
    assert store.apply(4, [ANNA, BEN])
    assert (store.last_applied, store.count()) == (4, 2)
    found = store.get(["ben", "anna", "nobody"])
    assert list(found) == ["ben", "anna"]
    anna, ben = found["anna"], found["ben"]
    assert (anna.text, anna.revision, anna.contactable, anna.japanese, anna.years) == (
        ANNA.text,
        3,
        True,
        Level.NATIVE,
        6.0,
    )
    assert (ben.place, ben.english, ben.japanese) == ("27", Level.NATIVE, None)
    assert [p.id for p in store.scan()] == ["anna", "ben"]
    assert store.verify() == []


def test_a_journal_number_is_applied_once(store: ProfileStore) -> None:
    assert store.apply(4, [ANNA])
    assert not store.apply(4, [BEN])
    assert not store.apply(3, [BEN])
    assert store.count() == 1


def test_an_update_replaces_every_field(store: ProfileStore) -> None:
    store.apply(1, [replace(ANNA, desired_pay=7_000_000, place="13")])
    store.apply(2, [Profile("anna", "営業。", revision=4)])
    anna = store.get(["anna"])["anna"]
    assert (anna.text, anna.revision, anna.japanese, anna.years, anna.desired_pay, anna.place) == ("営業。", 4) + (
        None,
    ) * 4
    assert anna.skills == ("r_sales",)
    assert store.verify() == []


def test_deleting_leaves_no_word_behind(store: ProfileStore, tmp_path: Path) -> None:
    secret = "ひみつの架空プロジェクト"
    store.apply(1, [replace(ANNA, text=ANNA.text + secret, headline="heimlich"), BEN])
    store.apply(2, [], ["anna", "nobody"])
    assert store.count() == 1 and list(store.get(["anna"])) == []
    assert store.verify() == []
    store.close()
    for file in (tmp_path / "chroma" / "texts").iterdir():
        assert secret.encode() not in file.read_bytes()


def test_reopening_finds_the_same_people_and_scores(tmp_path: Path) -> None:
    asked = read_requirement("職種：SRE\n必須条件\n・Terraform\n日本語：ビジネス")
    with ProfileStore.open(tmp_path, "one") as opened:
        opened.apply(9, [ANNA, BEN])
        before = Judge(opened).calibrate(asked, None, reference_date=date(2026, 11, 21), floor=0)
    with ProfileStore.open(tmp_path, "one") as opened:
        assert opened.last_applied == 9
        after = Judge(opened).calibrate(asked, None, reference_date=date(2026, 11, 21), floor=0)
    assert (before.shortlist, before.table) == (after.shortlist, after.table)
    assert [sorted(g.people()) for g in before.groups] == [sorted(g.people()) for g in after.groups]


def test_two_collections_of_one_folder_do_not_mix(tmp_path: Path) -> None:
    with ProfileStore.open(tmp_path, "employer-1") as one, ProfileStore.open(tmp_path, "employer-2") as two:
        one.apply(1, [ANNA])
        two.apply(5, [replace(ANNA, text="営業。"), BEN])
        assert (one.count(), two.count()) == (1, 2)
        assert (one.last_applied, two.last_applied) == (1, 5)
        assert one.get(["anna", "ben"]).keys() == {"anna"}
        assert one.get(["anna"])["anna"].text == ANNA.text
        two.erase_all()
        assert (one.count(), two.count(), two.last_applied) == (1, 0, 0)
        assert Judge(one).calibrate(read_requirement("職種：SRE"), None, reference_date=date(2026, 1, 1)).universe == 1


def test_banned_personal_data_is_stripped_at_this_door_too(store: ProfileStore) -> None:
    store.apply(1, [replace(ANNA, text=ANNA.text + "\n性別：女")])
    assert "性別" not in store.get(["anna"])["anna"].text


def test_rebuilding_keeps_everybody(store: ProfileStore) -> None:
    store.apply(2, [ANNA, BEN])
    seen: list[tuple[int, int]] = []
    assert store.rebuild(lambda done, total: seen.append((done, total))) == 2
    assert seen == [(2, 2)]
    assert (store.count(), store.last_applied) == (2, 2)
    assert store.verify() == []


def test_an_upgrade_reads_a_small_store_again_and_asks_before_a_large_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ProfileStore.open(tmp_path, "one") as opened:
        opened.apply(2, [ANNA, BEN])
    monkeypatch.setattr(store_module, "FACTS_CODE", 999)
    with ProfileStore.open(tmp_path, "one") as opened:
        assert opened.verify() == []
    monkeypatch.setattr(store_module, "FACTS_CODE", 1000)
    monkeypatch.setattr(store_module, "_REBUILD_UNASKED", 1)
    with ProfileStore.open(tmp_path, "one") as opened:
        for refused in (opened.snapshot, lambda: opened.apply(3, [ANNA]), opened.compact):
            with pytest.raises(StoreError, match="kakuyaku profiles rebuild"):
                refused()
        assert [finding.kind for finding in opened.verify()] == ["stale"]
        assert opened.rebuild() == 2 and opened.verify() == []
    monkeypatch.setattr(store_module, "FACTS_CODE", 1001)
    with ProfileStore.open(tmp_path, "one", rebuild=True) as opened:
        assert opened.count() == 2 and opened.verify() == []


def test_verify_names_what_differs(store: ProfileStore) -> None:
    store.apply(1, [ANNA, BEN])
    store._texts.delete(["anna"])
    store._vault.delete(store._texts.serving, ["ben"])
    kinds = {(finding.kind, finding.profile_id) for finding in store.verify()}
    assert {("vector_without_text", "anna"), ("text_without_vector", "ben"), ("index_stale", "ben")} <= kinds


def test_another_process_is_told_who_holds_the_folder(tmp_path: Path) -> None:
    code = (
        "import sys; from ranking.store import ProfileStore, StoreBusy\n"
        "try: ProfileStore.open(sys.argv[1], 'one')\n"
        "except StoreBusy as busy: print(busy)\n"
    )
    with ProfileStore.open(tmp_path, "one"):
        said = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
        assert "open in another process" in said.stdout
    again = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert again.stdout == ""


def test_a_crash_between_chroma_and_the_number_is_healed_by_applying_again(
    store: ProfileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(number: int) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as patch:
        patch.setattr(store._texts, "mark_applied", crash)
        with pytest.raises(RuntimeError):
            store.apply(1, [ANNA, BEN])
    assert store.last_applied == 0
    assert {finding.kind for finding in store.verify()} == {"number_ahead"}
    assert store.apply(1, [ANNA, BEN])
    assert store.count() == 2 and store.verify() == []


def test_busy_is_a_store_error() -> None:
    assert issubclass(StoreBusy, StoreError)


@pytest.mark.parametrize("name", ["", "a/b", "雇用主", "x" * 61])
def test_a_collection_needs_a_plain_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="no name for a collection"):
        ProfileStore.open(tmp_path, name)
    with ProfileStore.open(tmp_path, "fine"):
        pass  # the lock was given back


def test_a_server_needs_a_folder_for_texts() -> None:
    with pytest.raises(StoreError, match="local folder"):
        ProfileStore.open("http://127.0.0.1:9", "one")


def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No Chroma server answers at"):
        ProfileStore.open("http://127.0.0.1:9", "one", texts=tmp_path)
