"""What tests of several layers share; no test lives here."""
