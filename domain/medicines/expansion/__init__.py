"""Expansion: making the doses of medicines ahead of time, and adjusting them when something
changes.
"""
