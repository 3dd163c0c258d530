"""What people type, turned into typed values.

Everything here is pure: no database, no Telegram, no clock of its own. What is not understood is a
:class:`~bot.grammar.problems.Misunderstood` with the words concerned, and
:mod:`bot.ui.misunderstandings` puts it into a sentence. The rule throughout: reject or ask,
never guess an amount, a date or a person.
"""
