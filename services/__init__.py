"""What the operator uses: ports, their twins, the store. Has never heard of chat."""
