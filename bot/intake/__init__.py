"""Incoming updates: fetched, stored, queued, attributed to a person, handled once, answered."""
