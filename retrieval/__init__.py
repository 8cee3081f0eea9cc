"""What the store sells, and finding it. Knows nothing of chat or pages."""
