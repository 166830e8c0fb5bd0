"""Cannot be imported: raises RuntimeError."""

raise RuntimeError("this implementation cannot be imported")
