"""The Renderer port: movie to video."""
