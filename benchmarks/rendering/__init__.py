"""Parts of the benchmark of the renderer."""
