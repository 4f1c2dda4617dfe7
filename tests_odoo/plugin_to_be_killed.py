"""A whole plugin of its own process, working until it is killed: `python plugin_to_be_killed.py FOLDER`."""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from plugin.demo.real_odoo import Keys, RealOdoo
from plugin.demo.world import open_world

keys = Keys.read(Path(os.environ["KAKUYAKU_ODOO_KEYS"]).read_text(encoding="utf-8"))
there = RealOdoo(os.environ["KAKUYAKU_ODOO_URL"].rstrip("/"), keys, tidy=False)
start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=30)
with open_world(Path(sys.argv[1]), start=start, ats="odoo", people=1200, counterpart=lambda clock: there) as world:
    print("open", flush=True)
    while True:
        world.settle()
        world.clock.move(timedelta(seconds=0.02))
        time.sleep(0.02)
