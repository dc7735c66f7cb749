"""Judges of an asset's health: tables and records in, findings out."""
