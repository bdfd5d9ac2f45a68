"""Photos, clips and shapes as planes of pixels, and what is done to them."""
