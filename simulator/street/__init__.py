"""The street: the cabinet as people meet it, over HTTP and as a page to play with.

It puts the boards' firmware and the metal behind it together and makes them one process.
"""
