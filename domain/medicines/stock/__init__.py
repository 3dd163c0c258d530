"""What is left of a medicine, how long it lasts, and when to get more."""
