"""Settings for all unit tests."""

from hypothesis import settings

# What is slow on a busy machine is no failure: nothing here asserts on time.
settings.register_profile("carecircle", deadline=None)
settings.load_profile("carecircle")
