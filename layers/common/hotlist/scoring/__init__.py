"""Scoring: pure functions of a ruleset, facts and events.

`check` says what is wrong in a file, `ruleset` makes of it what `engine` scores by. On the way
from events to a score: `history` (what counts, and what each rule matches of it), `awards` and
`silence` (what each rule gives, and when), `decay` (what that is worth at an age), `scene` (what
it all comes to), `explain` (line by line). `pattern` matches, `timeline` has the spans of time.
"""
