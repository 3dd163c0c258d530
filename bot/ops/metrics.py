"""What can be counted from outside: Prometheus metrics, served where METRICS_PORT is set."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Counter, Histogram, start_http_server

ADDRESS = "127.0.0.1"  # whoever wants them elsewhere forwards them, and decides who may see them

#: One for each list of medicines that was wanted. Hit rate: `hit` of all. `stale` was of an older
#: version, `unreadable` damaged, `away` means that Redis could not be reached.
MEDICATIONS_CACHE = Counter(
    "carecircle_medications_cache", "Lists of medicines wanted, by what the cache had", ["outcome"]
)

#: What failed and was set aside, or dropped where it cannot even be kept; `carecircle doctor` lists
#: it. The kind is that of the work, or `update`, `message`, `answer`.
SET_ASIDE = Counter("carecircle_set_aside", "Work that failed and was set aside", ["kind"])
#: Each failure of a task, by its name. One that goes on by itself is a fault of ours all the same.
TASK_FAILURES = Counter("carecircle_task_failures", "Tasks that failed", ["task"])
#: Each time that one callback held the event loop for more than 0.2 s, and so everybody up.
LOOP_HELD = Histogram(
    "carecircle_event_loop_blocked_seconds",
    "How long the event loop was blocked, where that was more than 0.2 s",
    buckets=(0.5, 1, 2, 5, 10, 30),
)


@contextmanager
def serving_metrics(port: int) -> Iterator[None]:
    """Serve the metrics at http://127.0.0.1:*port*/metrics. Raises OSError if it is in use."""
    server, thread = start_http_server(port, ADDRESS)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
