"""The operations plane: it watches the commerce plane from outside, and works while that one is dead."""
