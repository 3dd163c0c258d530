"""Pure functions from facts to text and keyboard."""
