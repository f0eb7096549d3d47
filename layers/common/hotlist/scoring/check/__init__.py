"""Checks scoring.yaml before anything runs on it: every key, value and name, and the sense. Pure.

First `schema` reads the file and reports what does not belong into a rule set. Then `lint` judges
each rule and group, as far as it could be read, `occurring` whether the words that it asks for ever
occur, `unread` whether rules read the fields that it asks for, and `reach` all of them together.
`scoring_file` runs them in this order.
"""
