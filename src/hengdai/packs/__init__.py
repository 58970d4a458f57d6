"""Jurisdictions as data: one folder of TOML each, read by an adapter, loaded by `law`, imported by nobody."""
