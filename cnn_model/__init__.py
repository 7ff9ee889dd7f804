"""The network, in rooms that import each other in one direction only:

`release` and `evaluation` > `training` > `data` > `model_run` > `serving`.

`model_run` is the front door: the service asks it, and so do all measurements. `serving` answers
requests, with NumPy, Pillow and LiteRT alone. All else runs on the computer of whoever trains:
`data` reads and splits the labelled photos, `training` trains, `release` makes the files that
serve, `evaluation` judges them. The network, its description and its card lie beside this file.
"""
