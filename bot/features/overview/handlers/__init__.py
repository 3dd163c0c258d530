"""Handlers: parse the request, call one domain operation, return a view."""
