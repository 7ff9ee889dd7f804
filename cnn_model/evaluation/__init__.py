"""Evaluation of a network on held-out photos, and the reports about it."""
