"""Tells people when a task has failed for good.

Owns the message and its way out: the log always, and an HTTP POST to `TENDERLINE_ALERT_URL` if that
is set. A receiver that is down never changes a run's result.
"""

import logging
import os
from collections.abc import Mapping
from typing import Any

log = logging.getLogger(__name__)
TIMEOUT = 10  # seconds for the receiver to answer


def on_failure(context: Mapping[str, Any]) -> None:
    """Say which task of which run failed, and why; the exception says what to do next."""
    instance = context.get("ti") or context.get("task_instance")
    message = {
        "event": "task_failed",
        "dag": getattr(instance, "dag_id", None),
        "task": getattr(instance, "task_id", None),
        "run": getattr(instance, "run_id", None),
        "map_index": getattr(instance, "map_index", None),
        "reason": str(context.get("exception") or context.get("reason") or "unknown"),
    }
    log.error("%s", message)
    if url := os.environ.get("TENDERLINE_ALERT_URL"):
        _post(url, message)


def _post(url: str, message: Mapping[str, Any]) -> None:
    import requests

    try:
        requests.post(url, json=message, timeout=TIMEOUT).raise_for_status()
    except requests.RequestException as error:
        log.warning("the alert was not delivered to TENDERLINE_ALERT_URL: %s", error)
