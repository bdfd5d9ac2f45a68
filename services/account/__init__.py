"""The account port: what was posted and how it did. Twins: sample; Instagram follows."""
