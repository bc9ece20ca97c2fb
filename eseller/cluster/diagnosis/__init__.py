"""Sick query or sick node: what sessions wait for, what statements cost, how the machines fare; and what follows."""
