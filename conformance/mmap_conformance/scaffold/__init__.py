"""What ``init`` writes into a project, from what it finds there."""
