"""Pure functions from facts to text and keyboard. Every sentence a person reads lives here."""
