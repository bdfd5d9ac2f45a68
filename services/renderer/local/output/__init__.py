"""Pictures and sound to files: encoding, the segment cache, stills."""
