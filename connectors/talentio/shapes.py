"""Talentio's own objects, only the fields we use, under the names its API uses.

Sources: https://developers.talentio.com (1.1.2), a published list of a candidate's fields
(https://qiita.com/tbpgr/items/be7f2be7543db84b6a9a, 2019) and fields read by public clients. docs/talentio.md says what of
it is unverified.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AliasChoices, ConfigDict, Field

from connectors.shape import Items, MaybeTime, Shape, Text


class TalentioEmployee(Shape):
    id: Text = ""
    firstName: Text = ""
    lastName: Text = ""
    email: Text = ""
    active: bool | None = True


class TalentioRequisition(Shape):
    """A 求人. The list lacks what a single one has: `recruiters` and the parts of its description."""

    model_config = ConfigDict(extra="allow", frozen=True, coerce_numbers_to_str=True)

    id: str
    name: Text = ""
    active: bool | None = None
    status: Text = ""
    url: Text = ""
    createdAt: MaybeTime = None
    updatedAt: MaybeTime = None
    recruiters: Annotated[tuple[TalentioEmployee, ...], Items] = ()

    @property
    def is_open(self) -> bool:
        return self.active if self.active is not None else self.status == "active"

    def text(self, field: str) -> str:
        """A field of any name as text, whatever it is made of: parts with a heading, a list of them, or plain text."""
        return _flat((self.model_extra or {}).get(field))


class TalentioHeld(Shape):
    """The 求人 a candidate holds."""

    id: str
    name: Text = ""


class TalentioEvaluation(Shape):
    finished: bool | None = False
    employee: TalentioEmployee | None = None


class TalentioStage(Shape):
    """One step a candidate goes through: contact, resume, interview, reference…"""

    id: str
    type: Text = ""
    status: Text = ""
    scheduledAt: MaybeTime = None
    fixedAt: MaybeTime = None
    evaluations: Annotated[tuple[TalentioEvaluation, ...], Items] = ()


class TalentioTag(Shape):
    name: Text = ""


class TalentioCandidate(Shape):
    """A 候補者: person and application in one. `fixedAt` is when the selection was decided."""

    id: str
    firstName: Text = ""
    lastName: Text = ""
    email: Text = ""
    phone: Annotated[Text, Field(validation_alias=AliasChoices("phone", "phoneNumber", "tel"))] = ""
    description: Text = ""
    status: Text = ""
    requisition: TalentioHeld | None = None
    registeredAt: MaybeTime = None
    appliedAt: MaybeTime = None
    updatedAt: MaybeTime = None
    fixedAt: MaybeTime = None
    tags: Annotated[tuple[TalentioTag, ...], Items] = ()
    stages: Annotated[tuple[TalentioStage, ...] | None, Items] = None  # None: not shown at all

    @property
    def requisition_id(self) -> str:
        return self.requisition.id if self.requisition else ""


_HEADINGS = ("title", "name", "label", "heading")


def _flat(value: Any) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return "\n\n".join(text for item in value if (text := _flat(item)))
    if isinstance(value, dict):
        heads = [value[key] for key in _HEADINGS if isinstance(value.get(key), str)]
        rest = [item for key, item in value.items() if key not in _HEADINGS and isinstance(item, str | list | dict)]
        body = "\n".join(text for item in rest if (text := _flat(item)))
        return "\n".join(part for part in (*(f"【{head}】" for head in heads[:1]), body) if part) if body else ""
    return ""
