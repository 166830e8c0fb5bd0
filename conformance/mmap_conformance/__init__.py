"""Runs the specification of ``mmap`` against implementations and reports clause by clause."""

__version__ = "0.1.0"
