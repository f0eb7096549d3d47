"""Renders mails, sends each once, and reads what SES reports about them.

Pure, but for `outbox`, `ses` and `feedback`. `render` reads the templates that lie beside it.
"""
