"""Helpers that know no other layer."""
