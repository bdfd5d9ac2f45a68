"""The renderer's remote twin: JSON2Video v2 (json2video.com/docs/v2)."""
