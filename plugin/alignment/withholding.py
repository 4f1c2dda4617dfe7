"""Which cells of a table of people are not shown: fewer than five, and what would give those away (R10).

Whoever reads a table knows its grand total and, from another table over the same people, the totals of its columns. A
cell is protected when the figures shown leave it at least two values: that is so exactly when it lies on a cycle of
withheld cells in the graph whose nodes are the rows and columns and whose edges are the cells.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence, Set

LEAST = 5

Cell = tuple[int, int]
TOTAL = -1
"""The column number of a row's total. Totals of columns are for the caller to keep at LEAST or more, or at none."""


def withheld(counts: Sequence[Sequence[int]], already: Set[Cell] = frozenset()) -> frozenset[Cell]:
    """Return the cells (row, column) and row totals (row, TOTAL) of a table that must not be shown.

    `already` are withheld for a reason of the caller's (empty ones are shown all the same). Every column must hold nobody or at least LEAST people: raises `ValueError` otherwise, since nothing inside a
    smaller column can be protected.
    """
    columns = range(len(counts[0])) if counts else range(0)
    if any(0 < sum(row[column] for row in counts) < LEAST for column in columns):
        raise ValueError("a column of fewer than five people can't be shown: merge it or leave it out")
    edges = {(r, c): count for r, row in enumerate(counts) for c, count in enumerate(row) if count}
    edges |= {(r, TOTAL): sum(row) for r, row in enumerate(counts) if sum(row)}
    hidden = {cell for cell, count in edges.items() if count < LEAST or cell in already}
    waiting = sorted(hidden)
    while waiting:
        cell = waiting.pop()
        more = _way_round(cell, edges, hidden) - hidden
        hidden |= more  # cells added lie on the same cycle: they are protected with it
    return frozenset(hidden)


def _way_round(cell: Cell, edges: Mapping[Cell, int], hidden: set[Cell]) -> set[Cell]:
    """The cells of the cheapest way from a cell's row to its column that doesn't use the cell itself.

    What is withheld already costs nothing, the rest costs the people it takes from sight. For a cell of fewer than five
    there is a way: its column has somebody in another row, and both rows have totals. Without one (a cell the caller
    withholds and that is all of its column) nothing more is withheld: the column's total says it anyway.
    """
    row, column = cell
    neighbours: dict[tuple[str, int], list[tuple[tuple[str, int], Cell, int]]] = {}
    for (r, c), count in edges.items():
        if (r, c) != cell:
            cost = 0 if (r, c) in hidden else count
            neighbours.setdefault(("row", r), []).append((("column", c), (r, c), cost))
            neighbours.setdefault(("column", c), []).append((("row", r), (r, c), cost))
    start, goal = ("row", row), ("column", column)
    queue: list[tuple[int, int, tuple[str, int]]] = [(0, 0, start)]
    came: dict[tuple[str, int], tuple[int, int, tuple[str, int] | None, Cell | None]] = {start: (0, 0, None, None)}
    while queue:
        cost, steps, node = heapq.heappop(queue)
        if node == goal:
            break
        for other, edge, price in neighbours.get(node, ()):
            reached = (cost + price, steps + 1)
            if other not in came or reached < came[other][:2]:
                came[other] = (*reached, node, edge)
                heapq.heappush(queue, (*reached, other))
    way: set[Cell] = set()
    if goal not in came:
        return way
    node_: tuple[str, int] | None = goal
    while node_ is not None:
        _cost, _steps, node_, edge_ = came[node_]
        if edge_ is not None:
            way.add(edge_)
    return way
