"""The door: a request becomes one event, or is refused with the reason. Pure, but for `capture`."""
