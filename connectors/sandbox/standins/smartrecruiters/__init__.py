"""SmartRecruiters' stand-in: its Customer API, subscriptions and signed webhooks, as its reference describes them.

https://developers.smartrecruiters.com/reference. What the reference leaves open stands here as an assumption: a new
application starts as `start_status`, and an address that is known joins the person who has it. `approval_by` says where
the connector was told to have managers decide: `fields` or `application`.
"""

from __future__ import annotations

from connectors.sandbox.standins.smartrecruiters.account import SmartRecruitersStandIn

__all__ = ["SmartRecruitersStandIn"]
