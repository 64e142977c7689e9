"""Every message between a cabinet and the platform, as pydantic models; `docs/contract/` is made from them."""
