"""The web process may import the reading half of `ranking`; numpy and chromadb stay out of it."""

from __future__ import annotations

import subprocess
import sys

import pytest

PLAIN = ("ranking", "ranking.requirement", "ranking.guidance", "ranking.profiles", "ranking.universe", "ranking.plan")


@pytest.mark.parametrize("module", PLAIN)
def test_importing_loads_neither_numpy_nor_chromadb(module: str) -> None:
    code = f"import {module}, sys; print(sorted({{'numpy', 'chromadb', 'simsimd'}} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_nothing_in_ranking_imports_the_plugin_or_the_connectors() -> None:
    code = (
        "import ranking.judge, ranking.fit, sys;"
        "print([m for m in sys.modules if m.split('.')[0] in ('plugin', 'connectors')])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
