"""Ask all nodes every second or two, and judge what they say, and that they say nothing."""
