"""Renders mails, queues them, sends each once, and reads what SES reports about them.

Pure, but for `outbox`, `queue`, `ses` and `feedback`. `layout` reads the templates that lie beside
it, and `formats` the formats.
"""
