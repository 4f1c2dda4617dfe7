"""Blocks taken apart and put together: some rows of a block, several blocks as one, rows laid out as bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ranking.columns import BLOCK, COLUMNS, Block, Postings
from ranking.encoder import DIMENSIONS

MOST_NAMES = 65_536  # concept numbers are 16-bit while blocks are put together


def keep_rows(block: Block, keep: NDArray[np.bool_]) -> Block:
    """Take the marked rows, in their order; `alive` of the result is None."""
    if keep.all():
        return with_alive(block, None)
    moved = (np.cumsum(keep) - 1).astype(np.uint16)
    columns = {name: getattr(block, name)[keep] for name, _ in COLUMNS}
    return Block(
        ids=block.ids[keep],
        vectors=block.vectors[keep],
        postings=_kept(block.postings, keep, moved),
        denials=_kept(block.denials, keep, moved),
        **columns,
    )


def with_alive(block: Block, alive: NDArray[np.bool_] | None) -> Block:
    """Return the block with another `alive`; its arrays are shared."""
    if block.alive is alive:
        return block
    columns = {name: getattr(block, name) for name, _ in COLUMNS}
    return Block(
        ids=block.ids,
        vectors=block.vectors,
        postings=block.postings,
        denials=block.denials,
        alive=alive,
        **columns,
    )


def living(block: Block) -> Block:
    """Take the rows that are alive."""
    return block if block.alive is None else keep_rows(block, block.alive)


def join(blocks: Sequence[Block]) -> Block:
    """Put blocks (all alive, together at most BLOCK people) into one."""
    if len(blocks) == 1:
        return blocks[0]
    starts = np.cumsum([0, *(len(block) for block in blocks)])
    if starts[-1] > BLOCK:
        raise ValueError(f"A block holds {BLOCK} people, not {starts[-1]}.")
    width = max((block.ids.dtype.itemsize for block in blocks), default=1)
    columns = {
        name: np.concatenate([getattr(block, name) for block in blocks]) if blocks else np.zeros(0, kind)
        for name, kind in COLUMNS
    }
    return Block(
        ids=np.concatenate([block.ids.astype(f"S{width}") for block in blocks]) if blocks else np.zeros(0, "S1"),
        vectors=np.concatenate([block.vectors for block in blocks]) if blocks else np.zeros((0, DIMENSIONS), np.int8),
        postings=_joined([block.postings for block in blocks], starts),
        denials=_joined([block.denials for block in blocks], starts),
        **columns,
    )


def filled(blocks: Iterable[Block], size: int = BLOCK) -> Iterator[Block]:
    """Lay blocks out anew as full ones of `size` living people (the last may be smaller), a few in memory at a time."""
    waiting: list[Block] = []
    people = 0
    for source in blocks:
        block = living(source)
        done = 0
        while done < len(block):
            part = _span(block, done, done + size - people)
            waiting.append(part)
            people += len(part)
            done += len(part)
            if people == size:
                yield join(waiting)
                waiting, people = [], 0
    if waiting:
        yield join(waiting)


def renumbered(postings: Postings, numbers: dict[str, int]) -> tuple[NDArray[np.uint32], NDArray[np.uint16]]:
    """Give postings the concept numbers of `numbers`, which gains the names it lacks; return offsets and rows."""
    for name in postings.numbers:
        _number_of(numbers, name)
    if all(numbers[name] == number for name, number in postings.numbers.items()):
        lacking = len(numbers) + 1 - len(postings.offsets)
        tail = np.full(lacking, postings.offsets[-1], np.uint32)
        return np.concatenate((postings.offsets, tail)), postings.rows
    lengths = np.zeros(len(numbers), np.int64)
    parts: list[NDArray[np.uint16]] = [postings.rows[:0]] * len(numbers)
    for name in postings.numbers:
        part = postings.of(name)
        parts[numbers[name]] = part
        lengths[numbers[name]] = len(part)
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.uint32)
    return offsets, np.concatenate(parts) if parts else postings.rows[:0]


def postings_of_pairs(numbers: dict[str, int], concepts: NDArray[np.uint16], rows: NDArray[np.uint16]) -> Postings:
    """Build postings from (concept number, row) pairs; among a concept's pairs the rows ascend already."""
    order = np.argsort(concepts, kind="stable")  # 16-bit and stable: a radix sort
    counts = np.bincount(concepts, minlength=len(numbers))
    return Postings(numbers, np.concatenate(([0], np.cumsum(counts))).astype(np.uint32), rows[order])


def pairs_of(postings: Postings) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Return the (concept number, row) pairs of postings, ascending."""
    offsets = postings.offsets.astype(np.int64)
    lengths = offsets[1:] - offsets[:-1]
    return np.repeat(np.arange(len(lengths), dtype=np.uint16), lengths), postings.rows


def hash_ids(ids: NDArray[np.bytes_]) -> NDArray[np.uint64]:
    """Hash ids to 64 bits, the same whatever the width of the array they stand in."""
    width = -(-max(1, ids.dtype.itemsize) // 8) * 8
    words = np.ascontiguousarray(ids.astype(f"S{width}")).view("<u8").reshape(len(ids), width // 8)
    total = np.zeros(len(ids), np.uint64)
    for place in range(words.shape[1]):
        mixed = words[:, place] * np.uint64((0x9E3779B97F4A7C15 * (2 * place + 1)) % 2**64)
        mixed ^= mixed >> np.uint64(29)
        total += mixed * np.uint64(0xBF58476D1CE4E5B9)
    total ^= total >> np.uint64(32)
    return total


def _span(block: Block, start: int, end: int) -> Block:
    if start == 0 and end >= len(block):
        return block
    rows = np.arange(len(block))
    return keep_rows(block, (rows >= start) & (rows < end))


def _number_of(numbers: dict[str, int], name: str) -> int:
    number = numbers.setdefault(name, len(numbers))
    if number >= MOST_NAMES:
        raise ValueError(f"An index knows {MOST_NAMES} different concepts at most.")
    return number


def _kept(postings: Postings, keep: NDArray[np.bool_], moved: NDArray[np.uint16]) -> Postings:
    stays = keep[postings.rows]
    before = np.concatenate(([0], np.cumsum(stays)))
    return Postings(postings.numbers, before[postings.offsets].astype(np.uint32), moved[postings.rows[stays]])


def _joined(several: Sequence[Postings], starts: NDArray[np.int64]) -> Postings:
    numbers: dict[str, int] = {}
    concepts: list[NDArray[np.uint16]] = [np.zeros(0, np.uint16)]
    rows: list[NDArray[np.uint16]] = [np.zeros(0, np.uint16)]
    for postings, (start, _) in zip(several, pairwise(starts), strict=True):
        of = np.zeros(max(1, len(postings.numbers)), np.uint16)
        for name, number in postings.numbers.items():
            of[number] = _number_of(numbers, name)
        own, at = pairs_of(postings)
        concepts.append(of[own])
        rows.append((at + np.uint16(start)).astype(np.uint16))
    return postings_of_pairs(numbers, np.concatenate(concepts), np.concatenate(rows))
