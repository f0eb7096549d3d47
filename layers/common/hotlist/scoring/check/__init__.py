"""Checks scoring.yaml before anything is scored by it: keys, values, names, and what they come to.

Pure. `scoring_file` runs all checks on one file. Only the build and the command import this folder.
"""
