"""Instagram's Graph API as account and publisher both use it: how it is asked, what its errors mean."""
