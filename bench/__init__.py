"""Measures performance as ratios. `make bench` (`python -m bench`) prints figures and budgets."""
