"""The network: how it is trained, judged, exported and used."""
