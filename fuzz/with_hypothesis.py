"""Hypothesis at the doors: deliveries bent where they are most like one, in their JSON, headers and path."""

from __future__ import annotations

import json
import time
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from connectors.base import Connector
from fuzz.doors import knock, on_the_wire, request_of, seeds

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.just("9" * 400),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)
VALUES = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=120)


@st.composite
def deliveries(draw: st.DrawFn, known: list[bytes]) -> bytes:
    """A delivery that was good once: some of its values replaced, its signature and time with them or not."""
    request = request_of(draw(st.sampled_from(known)))
    headers = dict(request.headers)
    for name in draw(st.lists(st.sampled_from(sorted(headers) or ["signature"]), max_size=2)):
        headers[name] = draw(VALUES)
    path = draw(st.sampled_from([request.path, "/webhooks/a-key", "/webhooks/a-key/x"]) | VALUES.map(lambda v: f"/{v}"))
    body = draw(st.just(request.body) | st.binary(max_size=200) | _bent(request.body))
    return on_the_wire(type(request)("POST", path.replace(" ", "+"), headers, body))


@st.composite
def _bent(draw: st.DrawFn, body: bytes) -> bytes:
    try:
        whole = json.loads(body)
    except ValueError:
        return draw(JSON.map(_written))
    for _ in range(draw(st.integers(0, 4))):
        whole = _with(whole, draw)
    return _written(whole)


def _with(node: Any, draw: st.DrawFn) -> Any:
    """The same JSON with one thing in it replaced, taken away or added."""
    if isinstance(node, dict) and node and draw(st.integers(0, 3)):
        key = draw(st.sampled_from(sorted(node)))
        kept = {name: value for name, value in node.items() if name != key or draw(st.integers(0, 5))}
        return kept | ({key: _with(node[key], draw)} if key in kept else {})
    if isinstance(node, list) and node and draw(st.integers(0, 3)):
        place = draw(st.integers(0, len(node) - 1))
        return [*node[:place], _with(node[place], draw), *node[place + 1 :]]
    return draw(JSON)


def _written(value: Any) -> bytes:
    return json.dumps(value).encode()


def run(door: Connector, seconds: float, *, most: int = 1_000_000, first: int = 0) -> int:
    """Knock for so many seconds (of this process), or so many deliveries; how many came. Whatever breaks is raised."""
    known = seeds(door.name, door)
    count = 0

    def bend(data: bytes) -> None:
        nonlocal count
        count += 1
        knock(door, data)

    until, number = time.process_time() + seconds, first
    while count < most and (time.process_time() < until or count == 0):
        chosen = settings(
            max_examples=min(500, most),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        )
        seed(number)(chosen(given(deliveries(known))(bend)))()
        number += 1
    return count
