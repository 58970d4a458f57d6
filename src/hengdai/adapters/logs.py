"""The program's own log: lines on standard error, never on standard output, which belongs to answers."""

import logging
import sys

import structlog


def configure(*, json_lines: bool = False, level: int = logging.INFO) -> None:
    """Send the log to standard error, as JSON lines for machines or as text. Called once by whoever starts the process.

    What is logged names organisations, routes and error classes; never a secret, a payload or a borrower.
    """
    renderer = structlog.processors.JSONRenderer() if json_lines else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
