"""A camera that anybody can open over HTTP, and that shows the eye of whoever stands before it.

`GET /stream.mjpg` is the camera; `POST /api/stand` puts a person before it. It knows nothing of the daemon.
"""
