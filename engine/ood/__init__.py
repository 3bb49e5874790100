"""Out-of-distribution detection: pictures unlike all that a network learnt from."""
