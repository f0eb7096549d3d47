"""The configuration files: read, checked and compiled by the build. Pure.

Only `load` runs in Lambda and reads a file.
"""
