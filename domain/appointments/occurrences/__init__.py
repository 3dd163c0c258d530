"""Occurrences of appointments: facts, lookups, lists and conflicts."""
