"""The prompts, one text file each. `assistant.prompting` reads them; this package holds no code."""
