"""Parts of :mod:`bot.ui.refusals`."""
