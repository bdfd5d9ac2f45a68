"""The soundtrack: decoding, mixing, loudness, voices, and what shows sound."""
