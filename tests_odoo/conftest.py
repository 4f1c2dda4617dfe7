"""A running Odoo 19, named by KAKUYAKU_ODOO_URL and KAKUYAKU_ODOO_KEYS (a JSON file of API keys): see docs/odoo.md."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from plugin.demo.real_odoo import Keys, RealOdoo
from plugin.demo.world import World, open_world

UNSET = "make test-odoo needs KAKUYAKU_ODOO_URL and KAKUYAKU_ODOO_KEYS of a running Odoo 19; see docs/odoo.md"


def pytest_configure(config: pytest.Config) -> None:
    if not (os.environ.get("KAKUYAKU_ODOO_URL") and os.environ.get("KAKUYAKU_ODOO_KEYS")):
        pytest.exit(UNSET, returncode=2)


def real_odoo(**how: Any) -> RealOdoo:
    keys = Keys.read(Path(os.environ["KAKUYAKU_ODOO_KEYS"]).read_text(encoding="utf-8"))
    return RealOdoo(os.environ["KAKUYAKU_ODOO_URL"].rstrip("/"), keys, **how)


@pytest.fixture
def odoo() -> Iterator[RealOdoo]:
    there = real_odoo()
    yield there
    there.close()


@pytest.fixture
def open_here(tmp_path: Path) -> Iterator[Callable[[RealOdoo], World]]:
    """Open the plugin, whole, on the test's folder; opened again it is what a restarted one is.

    Our clock starts behind Odoo's, which can't be moved, and is ahead only once what Odoo dates no longer matters.
    """
    with ExitStack() as stack:

        def make(there: RealOdoo) -> World:
            stack.close()
            start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)
            kept_open = _Lent(there)
            return stack.enter_context(
                open_world(tmp_path, start=start, ats="odoo", people=1200, counterpart=lambda clock: kept_open)  # type: ignore[arg-type]
            )

        yield make


class _Lent:
    """A counterpart that a world doesn't close: it outlives the plugin that is killed."""

    def __init__(self, there: RealOdoo) -> None:
        self._there = there

    def __getattr__(self, name: str) -> Any:
        return getattr(self._there, name)

    def close(self) -> None:
        """Left to whoever lent it."""
