"""Writing people into a collection of Chroma, and reading everybody back: from their texts, or from Chroma."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

from ranking import records
from ranking.columns import Row
from ranking.durable import step
from ranking.people import Progress, Read, batches, read_batch
from ranking.readers import Readers
from ranking.side_index import SideIndex
from ranking.texts import Texts
from ranking.vault import Vault

BATCH = 1_000
PAGE = 2_000
MANY = 10_000  # worth the second it takes to start reading processes
PROCESSES = 2


class Stopped(Exception):
    """The store is being closed."""


class Recorder:
    """The texts and Chroma of one store, and who reads for them."""

    def __init__(self, vault: Vault, texts: Texts, closing: threading.Event) -> None:
        self._vault, self._texts, self._closing = vault, texts, closing
        self._readers, self._many_in_a_row = Readers(), 0

    def close(self) -> None:
        self._readers.close()

    @property
    def batch(self) -> int:
        return min(BATCH, self._vault.largest_batch)

    def readers_for(self, people: int) -> Readers:
        """Who reads: processes of their own once many people come again and again, until few do."""
        self._many_in_a_row = self._many_in_a_row + 1 if people >= 2 * BATCH else 0
        processes = PROCESSES if people >= MANY or self._many_in_a_row > 1 else 0
        if processes != self._readers.processes:
            self._readers.close()
            self._readers = Readers(processes)
        return self._readers

    def write(self, collection: str, read: Read, number: int) -> None:
        """Write people into Chroma."""
        rows = read.rows()
        self._vault.upsert(collection, [row.id for row in rows], [row.vector for row in rows], read.metadata(number))

    def read_again(self, collection: str, number: int, progress: Progress | None) -> Iterator[list[Row]]:
        """Read all texts again, write them to a collection, and hand over their rows."""
        total, done = self._texts.count(), 0
        people = (kept.given for ids in self._texts.id_pages(BATCH) for kept in self._texts.read(ids).values())
        readers = Readers(PROCESSES if total >= MANY else 0)
        try:
            for read in readers.read(people, self.batch):
                self._go_on()
                self.write(collection, read, number)
                self._texts.write_headlines(read.headlines())
                step("batch rebuilt")
                yield read.rows()
                done += len(read)
                if progress is not None:
                    progress(done, max(done, total))
        finally:
            readers.close()

    def rows_of(self, collection: str) -> Iterator[list[Row]]:
        """Read everybody of a collection who has a text."""
        for ids in self._texts.id_pages(PAGE):
            self._go_on()
            yield [records.to_row(*record) for record in self._vault.records(collection, ids)]

    def repeat(self, changed: Iterable[str], collection: str, index: SideIndex) -> None:
        """Write what was applied to these people meanwhile into a collection and index, too."""
        number = self._texts.applied
        for ids in batches(sorted(changed), self.batch):
            kept = self._texts.read(ids)
            gone = [profile_id for profile_id in ids if profile_id not in kept]
            read = read_batch([each.given for each in kept.values()])
            self.write(collection, read, number)
            self._vault.delete(collection, gone)
            index.put(read.rows(), gone)
        index.put([], number=number)

    def copy(self, changed: Iterable[str], collection: str, index: SideIndex) -> None:
        """Bring these people from a collection into an index."""
        for ids in batches(sorted(changed), PAGE):
            found = self._vault.records(collection, ids)
            gone = set(ids) - {record[0] for record in found}
            index.put([records.to_row(*record) for record in found], sorted(gone))
        index.put([], number=self._texts.applied)

    def _go_on(self) -> None:
        if self._closing.is_set():
            raise Stopped
