"""HTTP alone: the API, the pages and the command. All arithmetic is the engine's."""
