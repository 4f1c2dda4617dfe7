"""Teamtailor, through its API and its company webhooks.

Read in this order: `door` (webhooks), `jsonapi` (the protocol), `shapes` (its resources), `reads`, `decisions` and
`writes` (how a manager is asked and decides), `entries`, `setup`, `past`, `told`. `Teamtailor` below is the connector;
each file adds one chapter to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from connectors import calibration
from connectors.base import TokenStore
from connectors.pace import REAL, Pace, Timekeeper, rate_of
from connectors.records import Approval, Ask, Rate, Said
from connectors.teamtailor import decisions, told
from connectors.teamtailor.jsonapi import Api
from connectors.teamtailor.past import Past


class Teamtailor(Past):
    """One Teamtailor account.

    Credentials: `api_key`. Options: `user_email` (whom our notes are written as) and, with defaults, `api_base`,
    `api_version`, `timeout` (seconds), `rate_calls` and `rate_seconds`, `signature_version` (`v2`; `v1` takes the
    deprecated one as well), `manager_role`, `jobs_sort`, `approved_stage` (a stage's name; any but the inbox if unset),
    `move_codes` (codes of activities that say who moved or rejected somebody; none if unset), `calibration_address`,
    and `field_<purpose>` for a candidate field whose name differs from `kakuyaku <purpose>`.
    """

    name: ClassVar[str] = "teamtailor"
    title: ClassVar[str] = "Teamtailor"
    known_by: ClassVar[str] = "from documentation"
    asks: ClassVar[tuple[Ask, ...]] = told.ASKS
    preparing: ClassVar[tuple[Said, ...]] = told.PREPARING
    hears: ClassVar[Said] = told.HEARS
    approval: ClassVar[Approval | None] = told.APPROVAL
    rate: ClassVar[Rate | None] = told.RATE
    empty: ClassVar[Mapping[str, Said]] = told.EMPTY
    glossary: ClassVar[Mapping[str, str]] = told.GLOSSARY
    # The move rings; that a line typed after it is seen as well, open questions are read again.
    decisions_polled: ClassVar[bool] = True

    def __init__(
        self,
        *,
        credentials: Mapping[str, str],
        secrets: Sequence[str],
        options: Mapping[str, str],
        tokens: TokenStore | None = None,
        timekeeper: Timekeeper = REAL,
    ) -> None:
        super().__init__(
            credentials=credentials, secrets=secrets, options=options, tokens=tokens, timekeeper=timekeeper
        )
        calibration.base(options)  # raises for an address that is none, before anything is written with it
        self.field_names = decisions.names(options)
        self.manager_role = options.get("manager_role") or "hiring_manager"
        self.user_email = (options.get("user_email") or "").strip()
        self.api = Api(credentials, options, Pace(rate_of(told.RATE, options), timekeeper))

    def close(self) -> None:
        """Close the HTTP session."""
        self.api.close()
