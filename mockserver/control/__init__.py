"""The control room, `/_mock`: how a test looks behind the scenes and moves time."""
