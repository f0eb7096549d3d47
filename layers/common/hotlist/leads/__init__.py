"""Makes a lead from its events.

Pure, but for `gather`, `renew`, `fold`, `batch` and `trapped`.
"""
