"""The sandbox's state: accounts, chats and files, kept in memory or in a folder."""
