"""Plays a scenario: the same definition, profile, mode, roles, seed and events always give the same run."""

# Raised with every change that gives some log another run or another score. Scores carry it.
VERSION = "1"
