"""The documentation of ``mmap`` as an executable specification."""
