"""The ``eseller`` command. Each module here with a ``register`` function adds its commands."""
