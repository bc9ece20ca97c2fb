"""The storefront's forms: what may be typed, and how long it may be. Domain actions check what it means."""
