"""The Bot API over HTTP: its methods, what it accepts, its limits, and faults on demand."""
