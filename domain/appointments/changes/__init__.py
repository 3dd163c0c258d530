"""Changing appointments: moving, cancelling, editing, and undoing that.

Each change has a reach: one occurrence, this and all following, or the upcoming part of the whole
series. Past occurrences never change.
"""
