"""Request and response bodies: requests are validated by these classes, responses are documented by them."""
