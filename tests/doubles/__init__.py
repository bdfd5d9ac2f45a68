"""Stand-ins that keep the rules of what they stand for and count what was done to them."""
