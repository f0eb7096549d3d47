"""Renders mails, queues them, sends each once, and reads what SES reports about them.

Pure, but for `outbox`, `queue`, `ses` and `feedback`. `render` reads the templates that lie beside
it.
"""
