"""What the server that forks workers imports once: every handler and the judgement with its libraries."""

from __future__ import annotations

from importlib import import_module

from plugin.work.handlers import HANDLERS

for _handler in HANDLERS.values():
    if isinstance(_handler, str):
        import_module(_handler.partition(":")[0])
import_module("plugin.alignment.store")
import_module("plugin.year.hands")
