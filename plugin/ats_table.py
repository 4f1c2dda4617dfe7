"""README's table of ATSs, made from the connectors themselves: `python -m plugin.ats_table --check` or `--write`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from connectors.base import Connector
from connectors.records import Said
from connectors.registry import CONNECTORS

HEARD = ("verify", "parse", "answer", "test_event", "webhook_steps", "subscribe")
SET_UP = ("set_up", "check")
READ = (
    *("requisitions_page", "requisition", "postings", "hiring_team", "stages", "people_page", "candidates"),
    *("past_candidates", "resume", "candidate", "find_candidates", "applications", "interviews", "read_decision"),
)
WRITTEN = (*("post_shortlist", "post_approval_request", "post_message", "add_entry", "note", "tag", "attach", "move"),)
METHODS = (*HEARD, *SET_UP, *READ, *WRITTEN)
