"""Who is asked, and what it may cost: rules, ceilings, providers in turn. It reads no reply and changes no file."""
