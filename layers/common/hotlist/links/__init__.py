"""Signed links: the keys that sign them, and the tokens that they carry.

Pure, but for `check` and `keys`.
"""
