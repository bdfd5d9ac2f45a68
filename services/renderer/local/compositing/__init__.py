"""The plan's layers, one over another, and one scene becoming the next."""
