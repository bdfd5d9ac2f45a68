"""The local renderer: movies to video on this machine, with PyAV, Pillow and numpy."""
