"""Tokens to energy, carbon, water and money, always as intervals."""
