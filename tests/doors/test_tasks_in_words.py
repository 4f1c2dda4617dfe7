"""Every kind of task that is opened anywhere says in both languages what it asks, and can be ended."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import plugin
from plugin.doors.desk import BY_HAND
from plugin.i18n import phrases

ROOT = Path(plugin.__file__).parent
ENDS_BY_ITSELF = frozenset(
    {
        "triage",
        "contradiction",
        "possible_duplicate",
        "entry_stuck",
        "holding",
        "holding_closed",
        "holding_over",
        "promise_soon",
        "promise_late",
        "apology",
        "succession",
        "unknown_mail",
        "by_hand",
        "no_manager",
    }
)


def opened() -> set[str]:
    """The kinds in calls of `open_task` and of the small helpers around it."""
    kinds: set[str] = set()
    for path in ROOT.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for call in re.findall(r"open_task\((?:[^()]|\([^()]*\))*\)", text):
            for pair in re.findall(r'kind=(?:"(\w+)" if [^,]+? else )?"(\w+)"', call):
                kinds |= set(pair)
        kinds |= set(re.findall(r'_(?:ask|open)\(session, promise,(?: requisition,)? "(\w+)"', text))
    return kinds - {""}


@pytest.mark.parametrize("kind", sorted(opened()))
def test_a_task_says_what_it_asks_and_ends(kind: str) -> None:
    source = (ROOT / "doors" / "words.py").read_text(encoding="utf-8")
    found = re.search(rf'"{kind}": \(\s*_\("([^"]+)"\)', source)
    assert found is not None, "a title for people"
    assert phrases("ja")(found.group(1)) != found.group(1)
    assert kind in BY_HAND | ENDS_BY_ITSELF, "silence closes nothing, so somebody must be able to"
