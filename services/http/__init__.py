"""How remote services are asked over HTTP: one client, its rules, its errors. Knows no service."""
