"""The database: the engine, and the unit of work that everything runs in."""
