"""Connects the code with Lambda: settings, the records of a batch, retries, parked records.

Pure, but for `settings`, `clients`, `trust`, `limits`, `passing`, `mappings`, `failures` and
`phases`.
"""
