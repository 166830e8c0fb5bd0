"""What the tools that measure the safety of the reference have in common.

``building`` makes the extension with other flags or for another interpreter, ``programs``
what it is to be fed with. The rest runs inside the process that is measured.
"""
