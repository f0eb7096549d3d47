"""Hotlist: capture leads, score them, tell sales."""
