"""What events add up to: the lead, its profile, and its fold.

Pure, but for `gather`, `renew`, `fold` and `batch`.
"""
