"""What every connector owes, asked once, of all of them."""

from __future__ import annotations

import pytest

from connectors.base import Connector, Unsupported
from connectors.records import Request
from connectors.registry import CONNECTORS

ANY = Request(method="POST", path="/", headers={}, body=b"{}")
WORDS = {"Requisition", "HiringManager", "Recruiter", "Candidate", "Application", "Stage", "Interview"}


@pytest.mark.parametrize("name", sorted(CONNECTORS))
def test_is_registered_under_its_own_name_and_explains_its_words(name: str) -> None:
    connector = CONNECTORS[name]
    assert connector.name == name
    assert connector.known_by in ("live", "recorded", "from documentation")
    assert set(connector.glossary) >= WORDS
    assert all(connector.glossary.values())


@pytest.mark.parametrize("name", sorted(CONNECTORS))
def test_supports_exactly_what_it_overrides(name: str) -> None:
    connector = CONNECTORS[name]
    for method in ("requisition", "requisitions", "check"):
        assert connector.supports(method), f"{name} is of no use without {method}"
    assert not Connector.supports("requisition")
    with pytest.raises(AttributeError):
        connector.supports("no_such_method")


@pytest.mark.parametrize("name", sorted(CONNECTORS))
def test_a_connector_that_is_rung_reads_and_answers_too(name: str) -> None:
    connector = CONNECTORS[name]
    assert len({connector.supports(method) for method in ("verify", "parse", "answer")}) == 1


def test_what_is_left_alone_says_so() -> None:
    class Silent(Connector):
        name = "silent"

    silent = Silent(credentials={}, secrets=[], options={})
    with pytest.raises(Unsupported, match="silent cannot verify a webhook"):
        silent.verify(ANY)
    with pytest.raises(Unsupported, match="silent cannot tag a person"):
        silent.tag("1", "x")
    assert silent.event_key(ANY) == ""
    silent.close()
