"""The world outside the box: lock boards, doors, eyes and a camera, people, a broker and the community platform.

An independent second implementation of every wire; nothing here imports the daemon's codecs, drivers or link.
"""
