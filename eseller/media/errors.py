"""Why an image is not taken, and what to do about it."""

from eseller.kernel.errors import EsellerError


class MediaError(EsellerError):
    """The image cannot be used."""

    code = "media_error"


class ImageTooLarge(MediaError):
    """The file is too large. Save the picture smaller."""

    code = "image_too_large"
    status = 413


class TooManyPixels(MediaError):
    """The picture has too many pixels. Scale it down."""

    code = "too_many_pixels"
    status = 413


class UnsupportedImage(MediaError):
    """This is no picture that we take. Save it as JPEG, PNG, WebP, GIF or AVIF."""

    code = "unsupported_image"
    status = 415


class BrokenImage(MediaError):
    """The picture is damaged. Export it again."""

    code = "broken_image"


class ImagesBusy(MediaError):
    """Too many pictures are being worked on. Try again in a moment."""

    code = "images_busy"
    retryable = True
    status = 503


class NoSuchImage(MediaError):
    """There is no such picture."""

    code = "no_such_image"
    status = 404


class FetchRefused(MediaError):
    """The picture's address cannot be used. Correct it or upload the picture."""

    code = "fetch_refused"


class FetchFailed(MediaError):
    """The picture could not be fetched. It is tried again."""

    code = "fetch_failed"
    retryable = True
    status = 502
