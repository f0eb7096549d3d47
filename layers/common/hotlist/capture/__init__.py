"""Takes requests: each becomes events, or is refused with the reason.

Pure, but for `answer_links`, `capture`, `digest_links`, `links` and `rewards`.
"""
