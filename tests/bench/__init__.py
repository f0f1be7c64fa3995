"""Figures, not tests: `make bench` prints them and writes them as JSON below .bench/."""
