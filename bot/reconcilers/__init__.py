"""Each compares one part of the world with the store and takes one step. Ports only, never adapters."""
