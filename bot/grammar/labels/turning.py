"""Words that turn a direction around: whoever doesn't read them reads the opposite."""

_STOPPING = """
    stop stops stopped stopping discontinue discontinued withhold withheld hold held cease ceased
    suspend suspended pause paused finish finished cancel cancelled canceled halt remove removed
    avoid allergic allergy contraindicated never no not none nil without don't refused
"""
_CHANGING = """
    instead switch switched switching swap swapped replace replaced replacing change changed old new
    increase increased reduce reduced reducing double doubled halve halved unless if when except but
    only skip until then today tomorrow was previously
"""
#: Of something that is not to be given, or no more.
STOPPING = frozenset(_STOPPING.split())
#: Of something in the place of something else, or only under a condition.
CHANGING = frozenset(_CHANGING.split())
