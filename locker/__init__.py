"""Custody of parcels: the ledger, the visits of residents and couriers, the kiosk page, and the daemon."""
