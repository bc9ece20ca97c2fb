"""The record guard at work: finding bad rows, writing down what was found, and keeping it from the pages."""
