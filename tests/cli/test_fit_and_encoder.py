"""`profiles fit` and an encoder named by folder, as somebody who runs an installation meets them."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sqlmodel import select

from plugin.alignment.store import apply_profiles
from plugin.cli.means import opened
from plugin.people import delete_profiles
from plugin.rows import Employer
from plugin.work.jobs import Claim

Kakuyaku = Callable[..., Any]


def _tiny() -> ModuleType:
    path = Path(__file__).parents[1] / "ranking" / "tiny_encoder.py"
    spec = importlib.util.spec_from_file_location("tiny_encoder", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["tiny_encoder"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def jd(tmp_path: Path) -> Path:
    path = tmp_path / "jd.txt"
    path.write_text((files("ranking") / "data" / "demo" / "backend_ja.txt").read_text(encoding="utf-8"), "utf-8")
    return path


@pytest.fixture
def store(kakuyaku: Kakuyaku) -> None:
    assert kakuyaku("profiles", "generate", 60, "--employer", "みほん", "--create").code == 0


def calibrated(kakuyaku: Kakuyaku, jd: Path) -> dict[str, Any]:
    ran = kakuyaku("calibrate", "--jd", jd, "--json")
    assert ran.code == 0, ran.err
    return dict(json.loads(ran.out))


def test_a_store_is_fitted_and_goes_back(
    kakuyaku: Kakuyaku, store: None, jd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = calibrated(kakuyaku, jd)
    ran = kakuyaku("profiles", "fit")
    assert ran.code == 2 and "60 people" in ran.err and "2,000" in ran.err and "Traceback" not in ran.err
    monkeypatch.setattr("ranking.store_fit.LEAST_PEOPLE", 50)
    ran = kakuyaku("profiles", "fit")
    assert ran.code == 0 and "60 people encoded by tables fitted on them" in ran.out
    after = calibrated(kakuyaku, jd)
    assert after["score_version"] != before["score_version"] and after["universe"] == 60
    assert kakuyaku("profiles", "verify").out == "sound\n"
    assert "shipped tables again" in kakuyaku("profiles", "fit", "--undo").out
    assert calibrated(kakuyaku, jd)["score_version"] == before["score_version"]


def test_an_encoder_is_named_by_its_folder_and_forgets_with_the_person(
    kakuyaku: Kakuyaku, store: None, jd: Path, installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = calibrated(kakuyaku, jd)
    monkeypatch.setenv("KAKUYAKU_ENCODER", str(_tiny().write_encoder(tmp_path / "encoder")))
    monkeypatch.setenv("KAKUYAKU_ENCODER_PEOPLE", "25")
    after = calibrated(kakuyaku, jd)
    assert after["score_version"].startswith(before["score_version"] + "+")
    assert "tiny reads the best 25 again" in kakuyaku("doctor").out
    (kept,) = (installation / "encoders" / "employer-1").glob("people-*.sqlite3")
    gone = after["shortlist"][0]["id"]
    assert gone.encode() in kept.read_bytes()
    with opened() as work:
        with work.writing() as session:
            employer = session.exec(select(Employer)).one().key
            delete_profiles(session, work.vault, employer, [gone])
        apply_profiles(work, Claim(0, employer, None, "apply_profiles", {"employer_id": employer}, 0, 0))
    assert gone.encode() not in kept.read_bytes()


def test_a_folder_without_a_model_is_said_in_one_line(
    kakuyaku: Kakuyaku, store: None, jd: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAKUYAKU_ENCODER", str(tmp_path / "nowhere"))
    ran = kakuyaku("calibrate", "--jd", jd)
    assert ran.code == 2 and "set KAKUYAKU_ENCODER" in ran.err and "Traceback" not in ran.err
    assert "FAIL encoder" in kakuyaku("doctor").out
