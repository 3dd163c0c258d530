"""Screens about who may join."""
