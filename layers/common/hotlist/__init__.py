"""Hotlist captures leads, scores them, and tells sales about the hot ones."""
