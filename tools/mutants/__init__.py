"""Faults planted in the C code of the reference, one at a time, and which suite finds them."""
