"""How often something comes: "every Tuesday", "alternate days", "first Monday of every month",
"except 29 December". It knows nothing of what comes: appointments and schedules make theirs of it.
"""
