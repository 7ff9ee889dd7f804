"""The version of this package. It follows the package, not the service."""

VERSION = "1.0.0"
