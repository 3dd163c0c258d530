"""Changing medicines: adding, editing, pausing, stopping, restoring, and moving their person."""
