"""
The pages on which people ask for help: plain HTML without script.

What is written is stored page by page in a draft; a browser only holds a key to it.
"""
