"""The change record: what each write transaction changed, by which key and request, under a number without holes."""
