"""What stands behind the page's two ways of writing: the text, and the same story as the visual editor's document."""
