"""Videos: `clip` describes, `card` and `lettering` draw, `render` makes, `probe` measures, `cache` keeps."""
