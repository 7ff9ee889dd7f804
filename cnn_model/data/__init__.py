"""The labelled photos: preparing, reading and splitting them."""
