"""The rows: everything the service remembers. Import from here; `metadata` is what the migrations build."""

from sqlmodel import SQLModel

from plugin.rows.account import AccessToken, ActingLink, Connection, Employer, Secret, SignIn, Staff
from plugin.rows.alignment import (
    Calibration,
    CalibrationMarket,
    CalibrationScore,
    Commitment,
    Event,
    GuidanceNote,
    Override,
    Proposal,
    Question,
    RequirementRow,
    Requisition,
    ShortlistEntry,
    Verdict,
)
from plugin.rows.base import BigId, Row, UtcDateTime
from plugin.rows.candidates import Availability, DataRequest, MeetingTime, ProvisionRecord, SlotChoice
from plugin.rows.conditions import WorkingConditions
from plugin.rows.desk import (
    DeskApplication,
    DeskColleague,
    DeskFile,
    DeskHandOff,
    DeskInterview,
    DeskNote,
    DeskPerson,
    DeskRequisition,
)
from plugin.rows.disclosure import ClientName, Experiment
from plugin.rows.ledger import KeepingReview, LedgerHead, LedgerLink
from plugin.rows.media import Mailbox, MailToken
from plugin.rows.people import (
    Journal,
    PersonKey,
    Profile,
    ProfileChange,
    ProfileSource,
    Rediscovery,
    Restriction,
    Suppression,
)
from plugin.rows.pipeline import Entry, Promise
from plugin.rows.reach import Introduction, Lookalike, OffLimits, SendingPace
from plugin.rows.replies import ReplyFile, SyntheticYes
from plugin.rows.scouting import Batch, Mail, Reply, Scout, Task
from plugin.rows.work import AtsWrite, Delivery, Job, Lease, RateLimit, Sweep

metadata = SQLModel.metadata

for _table in metadata.tables.values():
    for _column in _table.columns:
        if _column.foreign_keys:
            _column.type = BigId  # a reference is as wide as what it refers to

__all__ = [
    "AccessToken",
    "ActingLink",
    "AtsWrite",
    "Availability",
    "Batch",
    "Calibration",
    "CalibrationMarket",
    "CalibrationScore",
    "ClientName",
    "Commitment",
    "Connection",
    "DataRequest",
    "Delivery",
    "DeskApplication",
    "DeskColleague",
    "DeskFile",
    "DeskHandOff",
    "DeskInterview",
    "DeskNote",
    "DeskPerson",
    "DeskRequisition",
    "Employer",
    "Entry",
    "Event",
    "Experiment",
    "GuidanceNote",
    "Introduction",
    "Job",
    "Journal",
    "KeepingReview",
    "Lease",
    "LedgerHead",
    "LedgerLink",
    "Lookalike",
    "Mail",
    "MailToken",
    "Mailbox",
    "MeetingTime",
    "OffLimits",
    "Override",
    "PersonKey",
    "Profile",
    "ProfileChange",
    "ProfileSource",
    "Promise",
    "Proposal",
    "ProvisionRecord",
    "Question",
    "RateLimit",
    "Rediscovery",
    "Reply",
    "ReplyFile",
    "RequirementRow",
    "Requisition",
    "Restriction",
    "Row",
    "Scout",
    "Secret",
    "SendingPace",
    "ShortlistEntry",
    "SignIn",
    "SlotChoice",
    "Staff",
    "Suppression",
    "Sweep",
    "SyntheticYes",
    "Task",
    "UtcDateTime",
    "Verdict",
    "WorkingConditions",
    "metadata",
]
