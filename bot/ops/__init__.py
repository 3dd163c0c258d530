"""Operations: logs, metrics, watchdogs, and the supervision of tasks."""
