"""What accepted commands bring about, as facts; or why the words of a command refuse it."""
