"""Handlers: parse, one domain operation, a view."""
