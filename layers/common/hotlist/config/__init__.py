"""Reads and checks the configuration files, and compiles them at build. Pure, but for `load`.

`load` reads what the build wrote. Of this folder it alone runs in Lambda.
"""
