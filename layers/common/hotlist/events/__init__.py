"""The event: its types, its id, its time, and how long it is kept. Pure."""
