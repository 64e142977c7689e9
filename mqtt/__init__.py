"""The link to the community platform: the contract, the outbox of events, signed commands and the directory."""
