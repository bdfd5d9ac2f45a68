"""What all chats share: what is said under which key, who may decide, and the port a chat fills."""
