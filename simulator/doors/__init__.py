"""The metal: coils, hooks, spring doors and what lies in the compartments, with every clock injected.

Nothing here knows a protocol, a serial line or a page.
"""
