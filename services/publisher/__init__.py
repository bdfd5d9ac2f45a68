"""Where approved videos go. The rules of captions and Reels are shared by the twins."""
