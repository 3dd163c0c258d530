"""What an operator sees and what keeps the process alive: logs, metrics, watchdogs, tasks."""
