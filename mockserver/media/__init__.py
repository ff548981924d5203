"""Videos: `clip` describes, `card` draws, `render` makes, `probe` measures, `cache` keeps."""
