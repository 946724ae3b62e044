"""Numbers within bounds."""


def clamp$0(value, low, high):
    if low > high:
        raise ValueError("low is above high")
    return max(low, min(value, high))


def inside(value, low, high):
    """Whether a value lies between two bounds, both included."""
    return low <= value <= high
