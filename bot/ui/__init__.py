"""What every view uses: answers, buttons, language, times and Telegram's length limits."""
