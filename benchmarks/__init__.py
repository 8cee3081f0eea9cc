"""Measurements: each module is a command that prints its figures as Markdown. Never run by the tests."""
