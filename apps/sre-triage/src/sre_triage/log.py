"""Structured logs: lines for people, JSON for machines."""

from __future__ import annotations

import logging

import structlog

from sre_triage.settings import Settings

_OURS = ("sre_triage", "saq", "uvicorn")


def set_up_logging(settings: Settings) -> None:
    """Send what this program, its queue and its server log to standard error, in one form.

    The root logger is left alone: it belongs to whoever embeds the app.
    """
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    # Without the values of variables: they hold what reporters wrote.
    plain = structlog.dev.plain_traceback
    last: list[structlog.types.Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if settings.log_format == "json"
        else [structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain)]
    )
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            foreign_pre_chain=shared,
        )
    )
    for name in _OURS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(settings.log_level)
    # Its line is ours, with the request's id in it.
    access = logging.getLogger("uvicorn.access")
    access.handlers, access.propagate = [], False
    # It logs each job at each step; the timeline has that.
    logging.getLogger("saq").setLevel(logging.WARNING)
