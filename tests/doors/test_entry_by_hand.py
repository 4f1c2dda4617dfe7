"""A yes that the ATS takes by hand: the page shows whom to register there, to nobody but recruiters."""

from __future__ import annotations

from typing import Any

import pytest

from plugin.pipeline import holding
from plugin.rows import Entry

pytestmark = pytest.mark.parametrize("database_kind", ["sqlite"])


def test_the_page_shows_whom_to_register(house: Any, said_yes: Entry) -> None:
    client, page = house.client(house.recruiter), f"/entries/{said_yes.key}"
    assert "<code>" not in client.get(page).text
    with house.work.writing() as db:
        entry = db.get_one(Entry, said_yes.key)
        entry.state, entry.because = "deciding", "by_hand"
        entry.sealed_words = holding.sealed(db, house.work.vault, entry, "HERPに登録してください")
        db.add(entry)
    shown = client.get(page).text
    assert "HERPに登録してください" in shown and "手作業です" in shown
    assert "<code>" in shown and "@" in shown.split("<code>")[1].split("</code>")[0]
    assert house.client(house.manager).get(page).status_code in (302, 403, 404)
