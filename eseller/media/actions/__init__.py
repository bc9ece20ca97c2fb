"""What changes the images of a shop; one verb a file."""
