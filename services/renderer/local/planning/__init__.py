"""Timeline to plan: what is drawn and heard when. Pure, no pixels."""
