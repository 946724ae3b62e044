"""Greets people."""


def greet$0(name, times=1, loud=False):
    text = ", ".join([f"Hello {name}"] * times)
    return text.upper() if loud else text
