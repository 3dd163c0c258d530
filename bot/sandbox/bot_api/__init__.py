"""The Bot API over HTTP: methods, validation, limits, and faults on demand."""
