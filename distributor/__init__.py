"""Distributor sends an approved press release at the second its embargo lifts."""
