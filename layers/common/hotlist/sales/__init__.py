"""Who gets what and when: recipients, the hot list, the daily digest, alerts and messages.

`team` and `hot_list` are pure; `digest` and `notify` do the functions' work.
"""
