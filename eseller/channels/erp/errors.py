"""Why a whole file is refused. Errors of rows and cells are no exceptions: they are lines of the report."""

from eseller.kernel.errors import EsellerError


class FileRefused(EsellerError):
    """The file cannot be used."""

    code = "file_refused"


class FileTooLarge(FileRefused):
    """The file is too large. Split it into several files."""

    code = "file_too_large"


class FileEmpty(FileRefused):
    """The file has no rows. Export it again."""

    code = "file_empty"


class NotText(FileRefused):
    """The file is not a text file. Save it as “CSV UTF-8” and try again."""

    code = "not_text"


class TooManyColumns(FileRefused):
    """The file has too many columns. Remove those that are not needed."""

    code = "too_many_columns"


class TooManyRows(FileRefused):
    """The file has too many rows. Split it into several files."""

    code = "too_many_rows"


class UnknownLayout(FileRefused):
    """The first row does not name the columns of a product export."""

    code = "unknown_layout"
