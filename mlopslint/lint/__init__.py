"""Checks of code, notebooks, workflows and images: one file a check, whose docstring is its documentation and whose examples are its tests."""
