"""Errors that are answered in one line."""


class UsageError(Exception):
    """Something on the command line or in a file given there is wrong: exit code 2."""


class StartError(Exception):
    """An implementation did not start or failed the self-test of the channel: exit code 4."""
