"""Calling back what went out: corrections (更正) and retractions (撤稿), one remedy a copy."""
