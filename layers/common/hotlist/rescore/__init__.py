"""Queues leads that are to be calculated again: by id, or all after a new ruleset. Not pure."""
