"""Scoring: pure functions of a ruleset, facts and events."""
