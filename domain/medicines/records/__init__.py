"""What was recorded of doses and intakes: recording, correcting, taking back, reading it again."""
