"""Gives a lead its points by a ruleset, facts and events. Pure, but for `deployed`.

`check` finds what is wrong in a file. `ruleset` makes of the checked file what `engine` scores by.
On the way from events to a score: `history` (which events count, and which rules match them),
`awards` and `silence` (what each rule gives, and when), `granted` (the awards), `decay` (what that
is worth at an age), `judged` (totals that silences compare), `scene` (the sums, the temperature),
`explain` (line by line). `course` is for the command: it looks at a lead at one instant after the
other. `pattern` matches events, `timeline` has the spans of time. `deployed` loads the rulesets
that the build compiled.
"""
