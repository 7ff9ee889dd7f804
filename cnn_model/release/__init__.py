"""Release of a network: export of training runs, calibration, thresholds."""
