"""Squares."""


def even_squares(numbers):
    """Return the squares of the even numbers."""
    result = []
    for$0 number in numbers:
        if number % 2 == 0:
            result.append(number * number)
    return result
