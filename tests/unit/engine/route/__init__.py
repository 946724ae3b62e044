"""Tests of the rules, the ceilings and the circuit breaker."""
