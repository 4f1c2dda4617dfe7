"""README's table of ATSs is what the connectors say."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.registry import CONNECTORS
from plugin import ats_table

ROOT = Path(__file__).parents[1]


def test_the_pages_hold_what_the_code_says() -> None:
    assert ats_table.stale(ROOT) == [], "run python -m plugin.ats_table --write"


@pytest.mark.parametrize("locale", ["en", "ja"])
def test_every_ats_is_in_it_and_every_gap_says_why(locale: str) -> None:
    text = ats_table.table(locale)
    assert all(f"| [{connector.title}](" in text for connector in CONNECTORS.values())
    assert "?" not in [line.rpartition(":")[2].strip() for line in text.splitlines()]


def test_a_page_without_its_marks_is_said() -> None:
    with pytest.raises(ValueError, match="the page has no"):
        ats_table.with_table("# A page", "en")


def test_a_stale_table_is_found_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    for name in ats_table.PAGES:
        (tmp_path / name).write_text(f"before\n{ats_table.BEGIN}\nan old table\n{ats_table.END}\nafter\n")
    monkeypatch.setattr(ats_table, "__file__", str(tmp_path / "plugin" / "ats_table.py"))
    assert ats_table.main(["--check"]) == 1
    assert ats_table.main(["--write"]) == 0
    assert ats_table.main(["--check"]) == 0
    assert (tmp_path / "README.md").read_text().endswith(f"{ats_table.END}\nafter\n")
