"""What turns a language model into a planner: its configuration, its answers, its conversation, its costs.

An "assistant" is our own versioned configuration (instructions, tools, schema), a "thread" a conversation
whose id we store. Only modules that talk to a service import its SDK.
"""
