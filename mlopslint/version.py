"""The version of this release, and of the rules, weights and models that it ships."""

__version__ = "0.1.0"

#: A configuration may pin this version, so that a new release never changes a team's score unasked.
RUBRIC = "2026.4"
