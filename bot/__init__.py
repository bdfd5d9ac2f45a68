"""The operator: what people may ask, and where they ask it."""
