"""Patterns of Amazon EventBridge, compared with JSON objects. `eventbridge` compiles them. Pure.

On the way from a pattern to a function: `reading` (its alternatives), `leaves` (what the list
under one field accepts), `choices` (which alternatives Event Ruler keeps), `quick` (generated
code for nearly all events), `close` (field by field for all others). `text_tests` has the tests
of text, `addresses` the IP addresses.
"""
