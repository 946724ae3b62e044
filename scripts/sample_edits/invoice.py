"""Totals of invoices."""


def total(prices, discount):
    """Return the sum of the prices, less a discount between 0 and 1."""
    result = 0
    for price in prices:
        result += price
    return reslt$0 * (1 - discount)
