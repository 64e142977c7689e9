"""The community platform: stores a cabinet's journal, rebuilds its copy, signs what the cabinet may believe.

Written from the contract's documents alone, without the cabinet's code, so that a mistake on either side shows.
"""
