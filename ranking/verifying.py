"""Whether texts, Chroma and index say the same of everybody, compared page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ranking import records
from ranking.columns import COLUMNS, Block, block_of
from ranking.people import batches
from ranking.side_index import SideIndex
from ranking.texts import Texts
from ranking.vault import Vault

_PAGE = 2_000
_MOST = 1_000  # of one kind; a wholly different store would else fill the memory


@dataclass(frozen=True, slots=True)
class Finding:
    """Something `verify` found wrong; `kind` is constant, `message` says what it means."""

    kind: str
    message: str
    profile_id: str = ""


def compare(texts: Texts, vault: Vault, index: SideIndex) -> Iterator[Finding]:
    """Compare; nobody may write meanwhile. Tells at most a thousand people of each kind."""
    told: dict[str, int] = {}
    for finding in _compare(texts, vault, index):
        told[finding.kind] = told.get(finding.kind, 0) + 1
        if told[finding.kind] <= _MOST:
            yield finding
    for kind, count in told.items():
        if count > _MOST:
            yield Finding(kind, f"… and {count - _MOST:,} more of this kind.")


def _compare(texts: Texts, vault: Vault, index: SideIndex) -> Iterator[Finding]:
    serving, applied = texts.serving, texts.applied
    for damage in index.check():
        yield Finding("index_damaged", f"{damage}: the index is built anew when the store is opened next.")
    if index.number < applied:
        yield Finding("index_behind", f"The index ends at {index.number:,}, the journal was applied to {applied:,}.")
    stored = indexed = 0
    for ids in texts.id_pages(_PAGE):
        in_chroma = {record[0]: record for record in vault.records(serving, ids)}
        found = index.find(ids)
        places = {raw.decode(): place for place, raw in enumerate(found.ids.tolist())}
        stored += len(in_chroma)
        indexed += len(places)
        for profile_id in ids:
            if profile_id not in in_chroma:
                yield Finding("text_without_vector", f"{profile_id} has a text but is not in Chroma.", profile_id)
                if profile_id in places:
                    yield Finding("index_stale", f"{profile_id} is in the index but not in Chroma.", profile_id)
            elif profile_id not in places:
                yield Finding("index_missing", f"{profile_id} is in Chroma but not in the index.", profile_id)
        both = [profile_id for profile_id in in_chroma if profile_id in places]
        expected = block_of([records.to_row(*in_chroma[profile_id]) for profile_id in both])
        yield from _differing(both, expected, found, [places[profile_id] for profile_id in both])
        for profile_id, metadata, _ in in_chroma.values():
            if int(metadata["number"]) > applied:
                message = f"{profile_id} is ahead of the journal: apply the journal again from {applied}."
                yield Finding("number_ahead", message, profile_id)
    if vault.count(serving) != stored:
        for ids in vault.id_pages(serving):
            for profile_id in sorted(set(ids) - texts.has_ids(ids)):
                yield Finding("vector_without_text", f"{profile_id} is in Chroma but has no text.", profile_id)
                if not len(index.find([profile_id])):
                    yield Finding("index_missing", f"{profile_id} is in Chroma but not in the index.", profile_id)
    if index.people != indexed:
        for block in index.ids():
            for ids in batches(block, _PAGE):
                for profile_id in sorted(set(ids) - texts.has_ids(ids) - vault.has_ids(serving, ids)):
                    yield Finding("index_stale", f"{profile_id} is in the index but not in Chroma.", profile_id)


def _differing(ids: list[str], expected: Block, found: Block, places: list[int]) -> Iterator[Finding]:
    if not ids:
        return
    names = ["vectors", *(name for name, _ in COLUMNS)]
    different: dict[int, str] = {}
    for name in names:
        unequal = getattr(expected, name) != getattr(found, name)[places]
        rows = np.flatnonzero(unequal.any(axis=1) if unequal.ndim == 2 else unequal)
        for row in islice(rows.tolist(), _MOST):
            different.setdefault(row, name)
    for row, name in sorted(different.items()):
        kind = "revision_differs" if name == "revisions" else "index_differs"
        yield Finding(kind, f"{ids[row]} has other {name} in the index than in Chroma.", ids[row])
