"""Living with an appointment: moving it, calling it off, saying more of it, and taking that back.

Each change says how far it reaches: one occurrence, that and all that follow, or the whole series
as far as it lies ahead. What has taken place stays as it was.
"""
