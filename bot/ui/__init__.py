"""What every view uses: answers, buttons, language, times, and how much Telegram takes."""
