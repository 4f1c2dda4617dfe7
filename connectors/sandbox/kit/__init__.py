"""What every vendor's stand-in shares: a little world, a server that fails on demand, a bell that rings webhooks.

A stand-in is a small server that speaks one vendor's documented protocol over this world, so that a connector meets real
HTTP, paging, limits and signatures. It shares no translation with the connector it answers: a misreading must show.
Read `world` (what is in it), then `standin` (what a vendor's module adds), then any of `connectors.sandbox.standins`.
"""

from connectors.sandbox.kit.bell import Hook, Rung
from connectors.sandbox.kit.counterpart import Counterpart
from connectors.sandbox.kit.standin import CALIBRATION_TAG, EntryThere, StandIn, There, answer
from connectors.sandbox.kit.world import (
    Attached,
    Change,
    Colleague,
    Form,
    Job,
    Meeting,
    Note,
    Person,
    Placement,
    Post,
    Stage,
    World,
)

__all__ = [
    "CALIBRATION_TAG",
    "Attached",
    "Change",
    "Colleague",
    "Counterpart",
    "EntryThere",
    "Form",
    "Hook",
    "Job",
    "Meeting",
    "Note",
    "Person",
    "Placement",
    "Post",
    "Rung",
    "Stage",
    "StandIn",
    "There",
    "World",
    "answer",
]
