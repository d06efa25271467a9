"""The version of the package, as the wheel, the service and the client state it."""

__version__ = "0.1.0"
