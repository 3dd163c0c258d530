"""The little world behind the sandbox: accounts, chats and files, kept in memory or in a folder."""
