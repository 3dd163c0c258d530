"""Changing medicines: adding, editing, pausing, stopping and restoring one, moving its person."""
