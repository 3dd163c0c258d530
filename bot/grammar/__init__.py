"""Turns what people type into typed values.

Everything here is pure: no database, no Telegram, no clock of its own. Text that isn't understood
raises :class:`~bot.grammar.problems.Misunderstood` with the words concerned, and
:mod:`bot.ui.misunderstandings` turns that into a sentence. The rule throughout: reject or ask,
never guess an amount, a date or a person.
"""
