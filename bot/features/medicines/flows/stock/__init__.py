"""How much of a medicine is left: refills, and how much makes one dose."""
