"""Letters: faces, setting, drawing and moving them; captions."""
