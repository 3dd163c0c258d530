"""Updates in: fetched, kept, put in order, attributed to a person, handled once, answered."""
