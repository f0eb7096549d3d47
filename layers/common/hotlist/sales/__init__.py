"""Decides which mail is sent to whom and when: digests, alerts, messages of forms, mails to leads.

Pure, but for `consume`, `digest`, `held`, `lead_mailer`, `look_back`, `notify`, `stop_links` and
`views`.
"""
