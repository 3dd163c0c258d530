"""The arguments of commands, one module each."""
