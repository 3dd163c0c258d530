"""What people are told of medicines: cards of doses, summaries, stock, pauses, changed records."""
