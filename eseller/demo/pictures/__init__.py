"""Pictures of the demo shops: stylised still lifes, drawn by program and the same for the same input."""
