"""What keeps pages up while something behind them is sick."""
