"""Decides which mail is sent to whom and when: digests, alerts, messages of forms.

Pure, but for `consume`, `digest`, `held`, `look_back`, `views` and `notify`.
"""
