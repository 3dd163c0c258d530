"""Exports: everything that somebody may read, as a file sent to them."""

from bot.exports.worker import Exports

__all__ = ["Exports"]
