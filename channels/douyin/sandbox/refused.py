"""A clear no of the platform's."""


class Refused(Exception):
    """``code`` as in douyin.md §7."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code, self.words = code, words
