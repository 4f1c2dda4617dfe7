"""Every ATS we speak with: one line each."""

from __future__ import annotations

from connectors.ashby import Ashby
from connectors.base import Connector
from connectors.desk import Desk
from connectors.greenhouse import Greenhouse
from connectors.herp import Herp
from connectors.lever import Lever
from connectors.odoo import Odoo
from connectors.smartrecruiters import SmartRecruiters
from connectors.talentio import Talentio
from connectors.teamtailor import Teamtailor
from connectors.workable import Workable

CONNECTORS: dict[str, type[Connector]] = {
    Desk.name: Desk,
    Ashby.name: Ashby,
    Greenhouse.name: Greenhouse,
    Herp.name: Herp,
    Lever.name: Lever,
    Odoo.name: Odoo,
    SmartRecruiters.name: SmartRecruiters,
    Talentio.name: Talentio,
    Workable.name: Workable,
    Teamtailor.name: Teamtailor,
}
