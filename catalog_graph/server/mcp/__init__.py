"""The Model Context Protocol (MCP): questions to the catalog as tools for language models, over stdio and HTTP."""
