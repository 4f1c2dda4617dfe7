"""Odoo's own records, only the fields we use, under Odoo's names. An empty value of any type is `false`.

Models: hr.job, hr.applicant, hr.recruitment.stage, hr.applicant.category (module hr_recruitment), mail.activity,
mail.message, calendar.event, ir.attachment, res.users.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator

from connectors.shape import Items, Shape, Time


def _text(value: Any) -> Any:
    return "" if value is False or value is None else value


def _none(value: Any) -> Any:
    return None if value is False or value == "" else value


def _id(value: Any) -> Any:
    """A many2one is `[id, name]` when read, a bare id elsewhere."""
    return value[0] if isinstance(value, list) and value else _none(value)


Text = Annotated[str, BeforeValidator(_text)]
MaybeTime = Annotated[Time | None, BeforeValidator(_none)]
MaybeDate = Annotated[date | None, BeforeValidator(_none)]
Ids = Annotated[tuple[int, ...], Items]
Many2One = Annotated[int | None, BeforeValidator(_id)]


class Record(Shape):
    """A record of `MODEL`; `fields()` are what is asked for."""

    MODEL: ClassVar[str]
    id: int

    @classmethod
    def fields(cls) -> list[str]:
        return [name for name in cls.model_fields if name != "id"]


class HrJob(Record):
    MODEL: ClassVar[str] = "hr.job"
    name: Text = ""
    active: bool = True
    no_of_recruitment: int = 0
    description: Text = ""
    user_id: Many2One = None
    interviewer_ids: Ids = ()
    create_date: Time
    write_date: Time


class MailActivity(Record):
    """A task for a colleague. Done, it is archived and keeps who did it (`write_uid`) and what they said."""

    MODEL: ClassVar[str] = "mail.activity"
    res_id: int = 0
    summary: Text = ""
    feedback: Text = ""
    active: bool = True
    user_id: Many2One = None
    create_uid: Many2One = None
    write_uid: Many2One = None
    write_date: Time


class ResUsers(Record):
    MODEL: ClassVar[str] = "res.users"
    name: Text = ""
    login: Text = ""
    email: Text = ""
    active: bool = True
    partner_id: Many2One = None


class HrApplicant(Record):
    """A person on a job. The same person on another job is another record; what they share is the address."""

    MODEL: ClassVar[str] = "hr.applicant"
    partner_name: Text = ""
    email_from: Text = ""
    email_normalized: Text = ""
    partner_phone: Text = ""
    job_id: Many2One = None
    stage_id: Many2One = None
    categ_ids: Ids = ()
    active: bool = True
    application_status: Text = ""
    is_blacklisted: bool = False
    talent_pool_ids: Ids = ()
    refuse_date: MaybeTime = None
    create_date: Time
    write_date: Time


class HrRecruitmentStage(Record):
    MODEL: ClassVar[str] = "hr.recruitment.stage"
    name: Text = ""
    sequence: int = 0
    job_ids: Ids = ()
    template_id: Many2One = None


class HrApplicantCategory(Record):
    MODEL: ClassVar[str] = "hr.applicant.category"
    name: Text = ""


class UtmSource(Record):
    MODEL: ClassVar[str] = "utm.source"
    name: Text = ""


class MailMessage(Record):
    MODEL: ClassVar[str] = "mail.message"
    body: Text = ""


class IrAttachment(Record):
    MODEL: ClassVar[str] = "ir.attachment"
    name: Text = ""


class CalendarEvent(Record):
    MODEL: ClassVar[str] = "calendar.event"
    name: Text = ""
    start: MaybeTime = None
    stop: MaybeTime = None
    active: bool = True
    applicant_id: Many2One = None
    partner_ids: Ids = ()
    write_date: Time
