"""A damaged index is noticed and built anew from Chroma; nothing is served that isn't whole; erased words are gone."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ranking import side_index as side_index_module
from ranking.host_lock import HostLock
from ranking.people import read_batch
from ranking.store import ProfileStore, StoreBusy
from ranking.values import Profile

ANNA = Profile("anna", "SRE。Terraform、AWSの経験6年。日本語：ネイティブ。", revision=3, contactable=True)


@pytest.fixture
def written(tmp_path: Path, profiles: list[Profile]) -> Path:
    """A store whose index has segments with dead people in them, and a tail."""
    with pytest.MonkeyPatch.context() as patch, ProfileStore.open(tmp_path, "one") as store:
        patch.setattr(side_index_module, "TAIL_PEOPLE", 40)
        store.apply(1, profiles[:50])
        store.apply(2, [], [profiles[0].id])
        store.apply(3, profiles[50:100])
        patch.setattr(side_index_module, "TAIL_PEOPLE", 50_000)
        store.apply(4, [replace(profiles[1], revision=9), *profiles[100:110]])
    return tmp_path


def folder_of(where: Path) -> Path:
    (folder,) = (path for path in (where / "index").iterdir() if path.is_dir())
    return folder


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 0x20
    path.write_bytes(content)


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def away(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("harm", [flip, shorten, away])
@pytest.mark.parametrize("kind", ["segment", "dead", "tail", "manifest", "everything"])
def test_whatever_is_harmed_the_store_ends_whole(
    written: Path, harm: Callable[[Path], None], kind: str, profiles: list[Profile]
) -> None:
    folder = folder_of(written)
    for path in list(folder.iterdir()):
        if kind == "everything" or path.name.startswith(kind):
            harm(path)
    with ProfileStore.open(written, "one") as store:
        assert store._checking is not None
        store._checking.join()
        assert store.verify() == []
        snapshot = store.snapshot()
        assert (snapshot.people, snapshot.number, store.last_applied) == (109, 4, 4)
        assert store._index.find([profiles[1].id]).revisions.tolist() == [9]
    with ProfileStore.open(written, "one") as store:
        assert store.verify() == []


def test_a_flipped_byte_is_found_beside_while_the_old_index_serves(written: Path) -> None:
    segment = sorted(folder_of(written).glob("segment-*"))[0]
    flip(segment)
    with capture_logs() as logs, ProfileStore.open(written, "one") as store:
        assert store.snapshot().people == 109
        assert store._checking is not None
        store._checking.join()
        assert not segment.exists() and store.verify() == []
    assert [entry["event"] for entry in logs if entry["log_level"] == "error"] == ["index_damaged"]


def test_verify_names_a_file_harmed_while_the_store_is_open(written: Path) -> None:
    with ProfileStore.open(written, "one") as store:
        assert store._checking is not None
        store._checking.join()
        for kind in ("segment", "dead", "tail"):
            flip(sorted(folder_of(written).glob(f"{kind}-*"))[0])
        found = [finding.message for finding in store.verify() if finding.kind == "index_damaged"]
        assert [message.partition("-")[0] for message in found] == ["segment", "dead", "tail"]


def test_an_older_index_put_back_is_brought_level(written: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = folder_of(written)
    kept = tmp_path_factory.mktemp("backup") / "index"
    shutil.copytree(folder, kept)
    with ProfileStore.open(written, "one") as store:
        store.apply(5, [replace(ANNA, revision=4)])
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)
    with ProfileStore.open(written, "one") as store:
        assert (store.snapshot().people, store.snapshot().number) == (110, 5) and store.verify() == []
        store.apply(6, [], ["anna"])
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)
    with ProfileStore.open(written, "one") as store:
        store.apply(7, [replace(ANNA, revision=6)])
        assert (store.snapshot().people, store.snapshot().number) == (110, 7) and store.verify() == []


def test_what_is_applied_during_a_rebuild_is_in_both(written: Path, profiles: list[Profile]) -> None:
    for rebuild in (ProfileStore.rebuild, ProfileStore.rebuild_index):
        with ProfileStore.open(written, "one") as store:
            number, before = store.last_applied, store.snapshot().people
            reading, go_on = threading.Event(), threading.Event()
            pages = store._texts.id_pages

            def slowly(
                size: int,
                pages: Callable[[int], Iterator[list[str]]] = pages,
                reading: threading.Event = reading,
                go_on: threading.Event = go_on,
            ) -> Iterator[list[str]]:
                for page in pages(10):
                    yield page
                    reading.set()
                    assert go_on.wait(30)

            store._texts.id_pages = slowly  # type: ignore[method-assign]
            thread = threading.Thread(target=rebuild, args=(store,))
            thread.start()
            assert reading.wait(30)
            newest = Profile(f"zz-{number}", "営業。", revision=1)
            assert store.apply(number + 1, [newest, replace(profiles[5], revision=77)], [profiles[20 + number].id])
            assert store.snapshot().people == before
            go_on.set()
            thread.join()
            store._texts.id_pages = pages  # type: ignore[method-assign]
            assert store.verify() == []
            assert (store.snapshot().people, store.last_applied) == (before, number + 1)
            assert store._index.find([profiles[5].id]).revisions.tolist() == [77]


@pytest.mark.parametrize("name", ["", "a\nb", "a\0", "x" * 201, "漢" * 67])
def test_an_id_that_cannot_be_kept_is_refused_before_anything_is_written(store: ProfileStore, name: str) -> None:
    with pytest.raises(ValueError, match="id"):
        store.apply(1, [ANNA, replace(ANNA, id=name)])
    assert (store.last_applied, store.count(), store.snapshot().people) == (0, 0, 0)


def test_no_file_of_the_store_keeps_a_word_of_who_was_deleted(tmp_path: Path) -> None:
    words = ["ひみつの架空プロジェクト", "heimliche-zeile"]
    with ProfileStore.open(tmp_path, "one") as store:
        secret = replace(ANNA, text=f"{words[0]}。{ANNA.text}", headline=words[1])
        store.apply(1, [secret, replace(secret, id="doomed-person", headline="")])
        store.apply(2, [Profile("ben", "営業。")], ["anna", "doomed-person"])
        store.compact()
    for path in (path for path in tmp_path.rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert not any(word.encode() in content for word in words), path
        if path.is_relative_to(tmp_path / "index"):
            assert b"doomed-person" not in content, path


def test_a_headline_comes_back_though_chroma_has_none(store: ProfileStore) -> None:
    store.apply(1, [replace(ANNA, headline="SRE, 6 years"), replace(ANNA, id="ben", headline="")])
    found = store.get(["anna", "ben"])
    expected = read_batch([replace(ANNA, headline="")]).facts[0].profile.headline
    assert (found["anna"].headline, found["ben"].headline) == ("SRE, 6 years", expected)
    store._texts.write_headlines({"ben": "older words"})
    store.rebuild()
    assert store.get(["ben"])["ben"].headline == expected
    metadata = store._vault.metadata(store._texts.serving, ["anna", "ben"])
    assert not any("headline" in kept for kept in metadata.values())


def test_another_process_on_the_same_host_waits_its_turn(tmp_path: Path) -> None:
    first, second = HostLock(tmp_path / "lock"), HostLock(tmp_path / "lock", wait=0.05)
    with first, first, pytest.raises(StoreBusy, match="try again"), second:
        pass
    with second:
        assert (tmp_path / "lock").exists()
