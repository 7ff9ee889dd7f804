"""From training runs to the files that serve: export, calibration, thresholds."""
