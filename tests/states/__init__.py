"""State files that earlier versions wrote, and what those versions answered when they were asked of them."""
