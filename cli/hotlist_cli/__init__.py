"""The `hotlist` command."""
