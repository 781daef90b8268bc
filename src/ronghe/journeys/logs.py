"""Logs: structlog to stderr, as much as the settings ask for."""

import logging
import sys

import structlog

from ronghe.journeys.settings import Log

__all__ = ["configure_logs", "level_of_server"]


def level_of_server(level: Log) -> Log:
    """Nobody sits before a server: what failed and is tried again must be found in its log."""
    return "warning" if level == "error" else level


def configure_logs(level: Log) -> None:
    """Send logs of this level and above to stderr, one line each, tracebacks beneath."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        # Asked for each time: what stood for stderr when the logs were set up may be closed by then.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
