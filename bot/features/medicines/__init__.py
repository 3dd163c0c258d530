"""Medicines: adding, giving, correcting, pausing, stock, and the cards of doses."""
