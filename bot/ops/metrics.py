"""Prometheus metrics, served if METRICS_PORT is set."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Gauge, Histogram, start_http_server

ADDRESS = (
    "127.0.0.1"  # local only: whoever needs them elsewhere forwards the port and controls access
)

#: One per requested list of medicines. Hit rate: `hit` out of all. `stale` had an older version,
#: `unreadable` was damaged, and `away` means that Redis could not be reached.
MEDICATIONS_CACHE = Counter(
    "carecircle_medications_cache", "Lists of medicines wanted, by what the cache had", ["outcome"]
)

#: What rate limits refused, by whose limit it was; `unchecked` went through because Redis could not
#: be reached.
RATE_LIMITS = Counter(
    "carecircle_rate_limits", "Messages that rate limits refused, or could not judge", ["outcome"]
)
#: Work that failed and was set aside, or dropped if it couldn't even be stored; `carecircle doctor`
#: lists it. The kind is the kind of work, or `update`, `message`, `answer`.
SET_ASIDE = Counter("carecircle_set_aside", "Work that failed and was set aside", ["kind"])
#: Cards of families in which nobody can be written to.
REACHED_NOBODY = Counter("carecircle_reached_nobody", "Cards that could be sent to nobody")
#: What the last audit found late, by rule; only on the replica that audits.
BREACHES = Gauge("carecircle_breaches", "Rows that should have been dealt with by now", ["rule"])
#: Every failure of a task, by its name. Even if the task is restarted, it is a bug.
TASK_FAILURES = Counter("carecircle_task_failures", "Tasks that failed", ["task"])
#: Every time a single callback blocked the event loop for more than 0.2 s.
LOOP_HELD = Histogram(
    "carecircle_event_loop_blocked_seconds",
    "How long the event loop was blocked, where that was more than 0.2 s",
    buckets=(0.5, 1, 2, 5, 10, 30),
)


@contextmanager
def serving_metrics(port: int) -> Iterator[None]:
    """Serve the metrics at http://127.0.0.1:*port*/metrics. Raises OSError if the port is
    in use.
    """
    server, thread = start_http_server(port, ADDRESS)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
