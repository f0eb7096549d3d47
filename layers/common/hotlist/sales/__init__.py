"""Decides which mail is sent to whom and when: digests, alerts, messages of forms, mails to leads
and links of devices.

Pure, but for `compose`, `consume`, `device_mails`, `digest`, `editions`, `held`, `lead_mailer`,
`instead`, `letters`, `look_back`, `notify`, `reader_links` and `views`.
"""
