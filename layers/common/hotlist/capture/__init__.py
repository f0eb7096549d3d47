"""Takes requests: each becomes events, or is refused with the reason.

Pure, but for `capture`, `digest_links`, `links` and `rewards`.
"""
