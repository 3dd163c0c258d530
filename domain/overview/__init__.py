"""Features that span several areas: undo, news of changes, other families, all kinds of
messages.
"""
