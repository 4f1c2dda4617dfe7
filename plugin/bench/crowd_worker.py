"""A worker whose profile store is a crowd of millions: `python -m plugin.bench.crowd_worker --people N --cache FOLDER`.

Everything else is the worker as installed. `bench shortlist --crowd N` starts it.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import click

from plugin.alignment.store import EmployerDesk
from plugin.bench.crowd_store import open_crowd
from plugin.logs import set_up_logs
from plugin.settings import load
from plugin.work.processes import run_worker
from ranking.judge import Judge


@click.command()
@click.option("--people", type=int, required=True)
@click.option("--cache", type=click.Path(path_type=Path), required=True)
@click.option("--watch", type=int)
def main(people: int, cache: Path, watch: int | None) -> None:
    """Work an installation's jobs on a crowd."""
    settings = load()
    set_up_logs(settings)
    desks: dict[int, EmployerDesk] = {}
    opening = threading.Lock()

    def desk(employer_id: int) -> EmployerDesk:
        with opening:
            if employer_id not in desks:
                store: Any = open_crowd(people, cache, lambda text: None)[0]
                desks[employer_id] = _OfACrowd(employer_id, store, Judge(store))
            return desks[employer_id]

    run_worker(settings, watch, judge=desk)


class _OfACrowd(EmployerDesk):
    """A desk with nobody to take in: the journal of the installation is empty."""

    def catch_up(self, work: Any, progress: Any = None) -> int:
        return self.store.last_applied


if __name__ == "__main__":
    main()
