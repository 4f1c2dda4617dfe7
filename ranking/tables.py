"""The frozen tables that turn text into vectors and closeness into points: the shipped ones, or those a store was fitted with.

Which are in force is said by whoever holds the vectors (`in_force`): vectors are compared only with queries made by the
tables they were made by. Threads of a store's work carry it along; nothing outside a `with` ever sees another store's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache, wraps
from importlib.resources import as_file, files
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 128
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tables:
    """The frozen tables.

    `keys` the known features' hashes, sorted; `projection` (keys and then concepts, DIMENSIONS) whole numbers as
    float32, 32,000 for a feature said in one line of work alone; `weights` (same rows) what a feature weighs among
    others of a sentence; `pool` (people, DIMENSIONS) the reference profiles' int8 vectors; `steepness` and `midpoint` the
    logistic from a standardised similarity to a share of the points; `scale` the value of 127; `path` the file they were read from.
    """

    keys: NDArray[np.uint32]
    projection: NDArray[np.float32]
    weights: NDArray[np.float64]
    concepts: dict[str, int]
    pool: NDArray[np.int8]
    scale: float
    steepness: float
    midpoint: float
    fingerprint: str
    path: str = ""


_IN_FORCE: ContextVar[Tables | None] = ContextVar("tables", default=None)


def tables() -> Tables:
    """Return the tables in force here: a store's own inside `in_force`, else the shipped ones."""
    return _IN_FORCE.get() or shipped_tables()


@contextmanager
def in_force(frozen: Tables | None) -> Iterator[None]:
    """Let these tables (None: the shipped ones) be in force in this thread, and in what it starts with its context."""
    token = _IN_FORCE.set(frozen)
    try:
        yield
    finally:
        _IN_FORCE.reset(token)


def remembered(size: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Remember up to `size` results of a function, apart for each tables in force."""

    def remember(function: Callable[P, T]) -> Callable[P, T]:
        @lru_cache(maxsize=size)
        def kept(fingerprint: str, *args: P.args, **kwargs: P.kwargs) -> T:
            return function(*args, **kwargs)

        @wraps(function)
        def asked(*args: P.args, **kwargs: P.kwargs) -> T:
            return kept(tables().fingerprint, *args, **kwargs)  # type: ignore[arg-type] # hashable, or it raises

        return asked

    return remember


@lru_cache(maxsize=1)
def shipped_tables() -> Tables:
    """Load the shipped tables once per process (about 20 MB in memory)."""
    with as_file(files("ranking") / "data" / "tables.npz") as path:
        return _load(path, "")


@lru_cache(maxsize=4)
def load_tables(path: str) -> Tables:
    """Load tables a store was fitted with, once per process; the file of a name never changes."""
    return _load(Path(path), path)


def _load(path: Path, name: str) -> Tables:
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files}
    digest = hashlib.sha256()
    for part in sorted(arrays):
        digest.update(part.encode())
        digest.update(arrays[part].tobytes())
    return tables_of(
        arrays["keys"],
        arrays["projection"],
        tuple(str(arrays["concepts"]).split(",")),
        pool=arrays["pool"],
        scale=float(arrays["scale"]),
        steepness=float(arrays["steepness"]),
        midpoint=float(arrays["midpoint"]),
        fingerprint=digest.hexdigest(),
        path=name,
    )


def tables_of(
    keys: NDArray[np.uint32],
    projection: NDArray[np.int16],
    concepts: Sequence[str],
    *,
    pool: NDArray[np.int8],
    scale: float = 1.0,
    steepness: float = 1.0,
    midpoint: float = 0.0,
    fingerprint: str = "",
    path: str = "",
) -> Tables:
    """Lay tables out for use; the concepts' rows follow the features'."""
    rows = projection.astype(np.float32)
    weights = np.rint(1024 * rows.max(axis=1, initial=0.0) / 32_000).astype(np.float64)
    numbers = {concept: len(keys) + i for i, concept in enumerate(concepts)}
    return Tables(keys, rows, weights, numbers, pool, scale, steepness, midpoint, fingerprint, path)
