"""Who it was: identifiers, claims on them, and whose an event is. Pure, but for `settle`."""
