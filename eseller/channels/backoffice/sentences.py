"""Sentences of errors from below that pages show: named here, so that the catalogue of translations knows them."""

from django.utils.translation import gettext_noop

SENTENCES = (
    gettext_noop("This cannot be done with the order in its present state."),
    gettext_noop("The amount or number of pieces does not fit the order."),
    gettext_noop("The category has categories below it; move or delete these first."),
    gettext_noop("Something that belongs to the product was changed at the same moment. Try again."),
    gettext_noop("Too many attempts. Wait a little, then try again."),
    gettext_noop("The image cannot be used."),
    gettext_noop("The file is too large. Save the picture smaller."),
    gettext_noop("The picture has too many pixels. Scale it down."),
    gettext_noop("This is no picture that we take. Save it as JPEG, PNG, WebP, GIF or AVIF."),
    gettext_noop("The picture is damaged. Export it again."),
    gettext_noop("Too many pictures are being worked on. Try again in a moment."),
    gettext_noop("A code is small letters, digits and hyphens, 40 at most."),
    gettext_noop("Give the method a name of at most 120 characters."),
    gettext_noop("A tracking address begins with https:// and has {number} in it."),
    gettext_noop("Each country has one rate for each step."),
    gettext_noop("A rate is not negative."),
    gettext_noop("Instructions have 2,000 characters at most."),
    gettext_noop("The main address cannot be removed; choose another main address first."),
)
