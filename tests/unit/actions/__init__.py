"""Code actions: what is offered where, what a file of own ones may say, and the jobs they become."""
