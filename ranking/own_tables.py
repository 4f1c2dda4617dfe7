"""The tables a store was fitted with, in a folder beside its index: which file serves which vectors is noted by fingerprint.

The note for new vectors is written before the store switches to them, the old one's is removed after: stopped anywhere,
the vectors that serve have their tables.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np

from ranking.durable import replace_file
from ranking.errors import StoreError
from ranking.store_fit import Fit
from ranking.tables import Tables, load_tables


class OwnTables:
    """The fitted tables of one store."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, fit: Fit) -> Tables:
        """Write tables to a file of their own."""
        self._folder.mkdir(parents=True, exist_ok=True)
        content = BytesIO()
        np.savez_compressed(content, **fit.arrays)
        path = self._folder / f"{fit.name}.npz"
        replace_file(path, content.getvalue())
        return load_tables(str(path))

    def note(self, fingerprint: str, frozen: Tables | None) -> None:
        """Note that vectors of this fingerprint are made by these tables; nothing for the shipped ones."""
        if frozen is not None:
            replace_file(self._folder / f"{fingerprint}.txt", Path(frozen.path).name.encode())

    def of(self, fingerprint: str) -> Tables | None:
        """Load the tables noted for vectors of this fingerprint; None for the shipped ones. Raises `StoreError`."""
        note = self._folder / f"{fingerprint}.txt"
        if not note.exists():
            return None
        path = self._folder / note.read_text()
        if not path.exists():
            raise StoreError(
                f"{path}, the tables these profiles were fitted with, is gone: restore it from your backup, or remove "
                f"{note} and run `kakuyaku profiles rebuild` to go back to the shipped tables."
            )
        return load_tables(str(path))

    def keep_only(self, fingerprint: str, frozen: Tables | None) -> None:
        """Remove what serves no vectors."""
        keep = {f"{fingerprint}.txt", Path(frozen.path).name} if frozen is not None else set()
        for path in self._folder.glob("*"):
            if path.name not in keep:
                path.unlink()
