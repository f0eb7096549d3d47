"""The words of the mails: one file for each language. Pure."""
