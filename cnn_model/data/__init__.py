"""Labelled photos: converting collections, reading examples, splitting them into folds."""
