"""Finds the person behind an event: identifiers, claims on them, owners. Pure, but for `settle`."""
