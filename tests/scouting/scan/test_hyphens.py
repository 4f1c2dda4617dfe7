"""A promise is one whatever the hyphen in it is."""

from __future__ import annotations

import pytest

from plugin.scouting.scan import promises_in


@pytest.mark.parametrize("hyphen", ["-", "‐", "\u2011", "\u2012", "–", "−"])
def test_any_hyphen_is_a_hyphen(hyphen: str) -> None:
    assert promises_in(f"You will be fast{hyphen}tracked.")
