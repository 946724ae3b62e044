"""Marks at school."""


def passed$0(score, limit):
    if score is None:
        return False
    else:
        if score >= limit:
            result = True
        else:
            result = False
        if result == True:
            return True
        else:
            return False
