"""The composition root: the only room that builds engine, Redis, scheduler and Application."""
