"""Which function works a job of which kind. Names, not functions: the web process never imports a worker's code."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from plugin.work.context import Handler

HANDLERS: dict[str, str] = {
    "read_delivery": "plugin.work.deliveries:read_delivery",
    "read_requisition": "plugin.alignment.intake:read_requisition",
    "read_person": "plugin.pipeline.people:read_person",
    "read_application": "plugin.pipeline.interviews:read_application",
    "calibrate": "plugin.alignment.calibration:calibrate",
    "post_shortlist": "plugin.alignment.posting:post_shortlist",
    "post_message": "plugin.alignment.posting:post_message",
    "nudge": "plugin.alignment.nudge:nudge",
    "commitment_due": "plugin.alignment.commitment:commitment_due",
    "prepare_batch": "plugin.scouting.batches:prepare_batch",
    "send_scout": "plugin.scouting.sending:send_scout",
    "send_follow_up": "plugin.scouting.followups:send_follow_up",
    "send_mail": "plugin.scouting.sending:send_mail",
    "read_mail": "plugin.scouting.replies:read_mail",
    "open_reminder": "plugin.scouting.reminders_later:open_reminder",
    "preview_files": "plugin.scouting.attachments:preview_files",
    "add_entry": "plugin.pipeline.entries:add_entry",
    "entry_notes": "plugin.pipeline.entries:entry_notes",
    "move_entry": "plugin.pipeline.entries:move_entry",
    "read_feed": "plugin.pipeline.feeds:read_feed",
    "note_choice": "plugin.pipeline.choice_notes:note_choice",
    "note_erasure": "plugin.pipeline.choice_notes:note_erasure",
    "expire_people": "plugin.retention:expire_people",
    "erase_person": "plugin.erasure:erase_asked",
    "holding_over": "plugin.pipeline.holding:holding_over",
    "release_holding": "plugin.pipeline.holding:release_holding",
    "sweep_connection": "plugin.work.sweeps:sweep_connection",
    "poll_mailbox": "plugin.scouting.mailbox:poll",
    "promise_clock": "plugin.pipeline.promises:promise_clock",
    "apply_profiles": "plugin.alignment.store:apply_profiles",
    "tidy_profiles": "plugin.alignment.store:tidy_profiles",
    "word_summary": "plugin.alignment.prose:word_summary",
    "question": "plugin.alignment.questions:work_question",
    "errand": "plugin.work.errands:run_errand",
}

SENDERS = ("send_scout", "send_follow_up", "send_mail")
"""Kinds that speak to a mail server: bounded by `settings.sender_threads`."""

CALLS_ATS = frozenset(
    {
        "read_requisition",
        "read_person",
        "read_application",
        "post_shortlist",
        "post_message",
        "add_entry",
        "commitment_due",
        "entry_notes",
        "move_entry",
        "note_choice",
        "note_erasure",
        "sweep_connection",
    }
)
"""Kinds that call the ATS: they wait while its vendor asked us to."""


def handler_of(handlers: Mapping[str, str | Handler], kind: str) -> Handler | None:
    """The handler of a kind, imported when first asked for; None for a kind nobody works."""
    found = handlers.get(kind)
    if isinstance(found, str):
        module, _, name = found.partition(":")
        handler: Handler = getattr(import_module(module), name)
        return handler
    return found
