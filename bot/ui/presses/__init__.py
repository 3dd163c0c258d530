"""Buttons as typed values: each kind defines its subject and its encoding."""
