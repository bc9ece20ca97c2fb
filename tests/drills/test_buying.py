"""Buyers fill in the form that they find, as a browser does."""

from eseller.drills.buying import defaults
from eseller.operations.watch.purchase import words

PAGE = """
<form id="search"><input name="q" value="oak"></form>
<form id="checkout" method="post">
  <input name="email" value=""><input type="hidden" name="key" value="k&amp;1">
  <select name="country"><option value="">Choose</option><option value="DK" selected>Denmark</option></select>
  <select name="size"><option value="s">S</option><option value="m">M</option></select>
  <input type="radio" name="method" value="parcel" checked><input type="radio" name="method" value="letter">
  <input type="checkbox" name="differs" value="1"><button name="place" value="1">Order</button>
</form>
<form id="other"><input name="x" value="y"></form>
"""


def test_a_form_is_sent_as_a_browser_would() -> None:
    assert defaults(PAGE) == {"email": "", "key": "k&1", "country": "DK", "size": "s", "method": "parcel"}


def test_words_are_without_mark_up() -> None:
    assert words("<style>b{}</style><p>Sold <b>out</b></p>") == "Sold out"
