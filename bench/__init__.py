"""Performance as ratios: `python -m bench` (or `make bench`) prints every figure and its budget."""
