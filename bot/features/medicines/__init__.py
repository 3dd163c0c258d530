"""Medicines: adding, giving, correcting, pausing, stock, and dose cards."""
