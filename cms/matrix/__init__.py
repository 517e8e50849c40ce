"""The account matrix: units, their accounts and the profiles renderers read."""

from cms.matrix.desk import profiles_of, store_matrix, unit_paths
from cms.matrix.file import built_in, known_slugs, load_matrix
from cms.matrix.rows import Account, Unit
from cms.matrix.values import Matrix, MatrixError, UnitSpec

__all__ = [
    "Account",
    "Matrix",
    "MatrixError",
    "Unit",
    "UnitSpec",
    "built_in",
    "known_slugs",
    "load_matrix",
    "profiles_of",
    "store_matrix",
    "unit_paths",
]
