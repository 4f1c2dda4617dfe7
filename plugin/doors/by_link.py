"""What the manager does on the acting page before deciding: verdicts, a specification, the live re-run (R2).

The link in the mailbox is what lets them; none of this uses it up, and none of it commits to anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlmodel import Session

from plugin.alignment import links
from plugin.alignment.acting import Deciding, while_deciding
from plugin.connections import policy_of
from plugin.doors import judging, page, rerunning
from plugin.doors.acting import link_over

blueprint = Blueprint("by_link", __name__)


def while_good(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Say what is wrong with a link that can't act any more."""

    @wraps(view)
    def guarded(**values: Any) -> ResponseReturnValue:
        try:
            return view(**values)
        except links.LinkRefused as error:
            return link_over(error.reason)

    return guarded


@contextmanager
def _deciding(token: str, *, writing: bool) -> Iterator[tuple[Session, Deciding]]:
    """A transaction of the link's manager, in their language."""
    work = page.work()
    with work.writing() if writing else work.reading() as db:
        held = while_deciding(db, token)
        policy = policy_of(held.connection)
        page.read_as(held.manager.locale or policy.locale, zone=policy.zone)
        yield db, held


@blueprint.post("/act/<token>/verdict")
@while_good
def verdict(token: str) -> ResponseReturnValue:
    """What the manager says of one of the 20."""
    with _deciding(token, writing=True) as (db, held):
        label = judging.give_verdict(db, held.calibration, held.manager, request.form)
    return page.see_other("acting.open_link", token=token, _anchor=label)


@blueprint.post("/act/<token>/specification")
@while_good
def pick(token: str) -> ResponseReturnValue:
    """Take a specification: the shortlist is made anew with it, and the next link follows by mail."""
    with _deciding(token, writing=True) as (db, held):
        judging.pick_specification(db, held.connection, held.requisition, held.calibration, request.form, held.actor)
    return page.see_other("acting.open_link", token=token)


@blueprint.post("/act/<token>/rerun")
@while_good
def rerun(token: str) -> ResponseReturnValue:
    """Run a text that is nowhere but in this form."""
    with _deciding(token, writing=True) as (db, held):
        asked = rerunning.ask(db, held.requisition, request.form, held.actor)
    return page.see_other("by_link.rerun_shown", token=token, asked=asked)


@blueprint.get("/act/<token>/rerun/<asked>")
@while_good
def rerun_shown(token: str, asked: str) -> ResponseReturnValue:
    """What a text would give; while it is being worked out, the page looks again by itself."""
    with _deciding(token, writing=False) as (db, held):
        return rerunning.shown(
            db,
            held.requisition,
            asked,
            back=("acting.open_link", {"token": token}),
            keep=("by_link.keep", {"token": token}),
        )


@blueprint.post("/act/<token>/keep")
@while_good
def keep(token: str) -> ResponseReturnValue:
    """Keep what the re-run read: chosen fields as set by hand, criteria as the requisition's own."""
    with _deciding(token, writing=True) as (db, held):
        rerunning.keep(db, held.connection, held.requisition, request.form, held.actor)
    return page.see_other("acting.open_link", token=token)
