"""What is found wrong becomes one alert each, which goes from person to person until somebody takes it."""
