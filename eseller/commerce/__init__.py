"""What is sold, for how much, to whom, and how it is paid and delivered."""
