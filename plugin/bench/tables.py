"""How results are said: percentiles, the machine they were measured on, a table for people and JSON for programs."""

from __future__ import annotations

import os
import platform
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of `values` stay within, by nearest rank; 0 for none."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, max(0, -(-round(share * len(ordered) * 1e9) // 10**9) - 1))]


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p95, p99 and the largest, in milliseconds."""
    shares = {"p50_ms": 0.50, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1.0}
    return {name: round(percentile(seconds, share) * 1000, 2) for name, share in shares.items()}


def machine() -> dict[str, Any]:
    """What the figures were measured on: CPU model, cores we may use, memory, Python."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        model = next(
            (line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")),
            model,
        )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return {
        "cpu": model,
        "cores": cores,
        "memory_gb": round(memory, 1),
        "python": platform.python_version(),
        "load_before": round(load, 2),
    }


def machine_line(found: dict[str, Any]) -> str:
    line = "{cpu}, {cores} cores, {memory_gb} GB, Python {python}".format(**found)
    # On a machine with other work the figures say little.
    return line + (
        f"; the machine was busy before (load {found['load_before']})"
        if found["load_before"] > 0.5 * found["cores"]
        else ""
    )


def table(rows: Sequence[dict[str, Any]]) -> str:
    """Rows of the same keys as an aligned table; numbers to the right."""
    if not rows:
        return "(nothing measured)"
    heads = list(rows[0])
    cells = [heads] + [[_say(row[head]) for head in heads] for row in rows]
    widths = [max(width(line[place]) for line in cells) for place in range(len(heads))]
    numeric = [isinstance(rows[0][head], int | float) for head in heads]
    lines = []
    for line in cells:
        parts = []
        for place, cell in enumerate(line):
            pad = " " * (widths[place] - width(cell))
            parts.append(pad + cell if numeric[place] else cell + pad)
        lines.append("  " + "  ".join(parts).rstrip())
    return "\n".join(lines)


def _say(value: Any) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
