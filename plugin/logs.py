"""Log lines: a constant event name and facts as fields, ids only; names, addresses and letters stay in the database."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import Processor

from plugin.settings import Settings


def set_up_logs(settings: Settings) -> None:
    """Write log lines to standard error, as JSON or as text, from the level set on."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        # Plain: where rich is installed, structlog would print the local variables of every frame.
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[*shared, last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        # Standard error as it is when a line is written, not as it was at the start.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    # Libraries speak through logging; below a warning they have nothing to tell an operator.
    logging.basicConfig(
        level=max(level, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s"
    )
    # One line for every request that waits a moment is not news.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
