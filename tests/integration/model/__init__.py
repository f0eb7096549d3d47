"""The model of the score function: random histories, hostile schedules, an offline answer."""
