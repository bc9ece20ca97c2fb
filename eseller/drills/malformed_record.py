"""The malformed record: one that all shops load, and a product of each shop, damaged by hand under load.

In the incident that this rehearses, most shops answered HTTP 500 for 343 minutes.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from eseller.drills.measuring import until
from eseller.drills.rehearsal import Say, Stage, stage
from eseller.drills.shopping import Shoppers, Visit, fetch

RATE = 60
CALM_SECONDS = 5.0
LONGEST_SECONDS = 60.0
SHARED = "pricing_vatrate"
_FINDINGS = """
SELECT table_name, row_id, column_name, writer, writer_db_user FROM tenancy_finding WHERE state = 'open' ORDER BY id
"""
_CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = ANY (%s::regclass[]) AND contype = 'c'
"""
_DAMAGED = ("catalog_producttext", "pricing_price", SHARED)


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the drill has measured; seconds are counted from the damage, or from the mending.

    Attributes:
        requests: of shoppers, from before the damage until after the mending.
        errors_5xx: answers of 500 and more, and visits without an answer.
        detected_after_s: until each damaged record was written down as a finding.
        cause: the record that all shops load, and its field.
        last_writer: who is known to have written it.
        healed_after_s: until the pages of all shops showed what they had shown before.
        mended_after_s: from the mending until no finding was left and all pages were as before.
        failed: the first of the visits that failed.
        verdict: ``passed``, or what was not as it must be.
    """

    requests: int
    errors_5xx: int
    detected_after_s: float
    cause: str
    last_writer: str
    healed_after_s: float
    mended_after_s: float
    failed: tuple[str, ...]
    verdict: str


def run(say: Say) -> Report:
    """Run the drill on a platform of its own."""
    with stage(say) as set_up:
        return _drill(set_up, say)


def _drill(here: Stage, say: Say) -> Report:
    before = _pictures(here)
    visits = [visit for page in zip(*(shop.visits() for shop in here.shops), strict=False) for visit in page]
    with Shoppers(here.running.port, visits, rate=RATE) as shoppers:
        say("shoppers look around")
        time.sleep(CALM_SECONDS)
        with _unguarded(here):
            say("damaging a VAT rate and a product of each shop by hand")
            undo = _damage(here)
            began = time.monotonic()
            expected = 1 + 2 * len(here.shops)
            detected = until(lambda: len(here.do(_FINDINGS)) >= expected, most=LONGEST_SECONDS, began=began)
            found = here.do(_FINDINGS)
            say("waiting for the pages to be as they were")
            healed = until(lambda: _healed(here, before), most=LONGEST_SECONDS, began=began)
            time.sleep(CALM_SECONDS)
            say("mending")
            for sql, values in undo:
                here.do(sql, values)
            mending = time.monotonic()
        mended = until(lambda: not here.do(_FINDINGS) and _same(here, before), most=LONGEST_SECONDS, began=mending)
    return _report(shoppers, found, expected, detected, healed, mended)


def _damage(here: Stage) -> list[tuple[str, list[object]]]:
    """Do it, and return what undoes it."""
    ((rate, right),) = here.do(_RATE)
    here.do("UPDATE pricing_vatrate SET rate_bp = 2000000000 WHERE id = %s", [rate])
    undo: list[tuple[str, list[object]]] = [("UPDATE pricing_vatrate SET rate_bp = %s WHERE id = %s", [right, rate])]
    for shop in here.shops:
        ((text, title),) = here.do(_TEXT, [shop.id, shop.products[0]])
        here.do("UPDATE catalog_producttext SET title = '' WHERE id = %s", [text])
        undo.append(("UPDATE catalog_producttext SET title = %s WHERE id = %s", [title, text]))
        ((price, amount),) = here.do(_PRICE, [shop.id, shop.products[1]])
        here.do("UPDATE pricing_price SET amount = -1 WHERE id = %s", [price])
        undo.append(("UPDATE pricing_price SET amount = %s WHERE id = %s", [amount, price]))
    return undo


_RATE = "SELECT id, rate_bp FROM pricing_vatrate WHERE country = 'DK' AND vat_class = 'standard'"
_TEXT = """
SELECT t.id, t.title FROM catalog_producttext t JOIN catalog_product p ON p.id = t.product_id
JOIN tenancy_shop s ON s.id = p.shop_id AND s.default_language = t.language WHERE p.shop_id = %s AND p.slug = %s
"""
_PRICE = """
SELECT r.id, r.amount FROM pricing_price r JOIN catalog_variant v ON v.id = r.variant_id
JOIN catalog_product p ON p.id = v.product_id WHERE p.shop_id = %s AND p.slug = %s ORDER BY v.position, v.id LIMIT 1
"""


@contextmanager
def _unguarded(here: Stage) -> Iterator[None]:
    """Without the checks of the tables that are damaged, as a careless migration leaves them."""
    checks = here.do(_CONSTRAINTS, [list(_DAMAGED)])
    for table, name, _definition in checks:
        here.do(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    yield
    for table, name, definition in checks:
        here.do(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def _pictures(here: Stage) -> dict[Visit, bytes]:
    """Return all pages as they are, each of which must be there."""
    found = {}
    for shop in here.shops:
        for visit in shop.visits():
            status, body = fetch(here.running.port, visit)
            if status != 200:
                raise RuntimeError(f"{visit.host}{visit.path} answered {status} before anything was damaged")
            found[visit] = body
    return found


def _healed(here: Stage, before: dict[Visit, bytes]) -> bool:
    """Tell whether each damaged product has its name again; its price is kept back until it is mended."""
    for shop in here.shops:
        visit = Visit(shop.host, f"/p/{shop.products[0]}")
        status, body = fetch(here.running.port, visit)
        if status != 200 or _heading(body) != _heading(before[visit]):
            return False
    return True


def _heading(body: bytes) -> bytes:
    found = re.search(rb"<h1[^>]*>(.*?)</h1>", body, re.DOTALL)
    return found[1] if found else b""


def _same(here: Stage, before: dict[Visit, bytes]) -> bool:
    """Tell whether all pages are, byte by byte, as they were."""
    return all(fetch(here.running.port, visit) == (200, body) for visit, body in before.items())


def _report(
    shoppers: Shoppers, found: list[tuple[object, ...]], expected: int, detected: float, healed: float, mended: float
) -> Report:
    shared = next((row for row in found if row[0] == SHARED), None)
    failures = shoppers.failed()
    failed = len(failures)
    wrong = [
        f"{failed} requests failed" if failed else "",
        f"{len(found)} of {expected} findings" if len(found) != expected else "",
        "" if shared else "the record that all shops load was not named",
        f"found after {detected} s" if detected > 2 else "",
        f"healed after {healed} s" if healed > 2 else "",
        "not as before after the mending" if mended == float("inf") else "",
    ]
    return Report(
        requests=len(shoppers.answers),
        errors_5xx=failed,
        detected_after_s=detected,
        cause=f"{shared[0]} {shared[1]}, {shared[2]}" if shared else "not found",
        last_writer=(str(shared[3]) or f"database user {shared[4]}") if shared else "not known",
        healed_after_s=healed,
        mended_after_s=mended,
        failed=tuple(f"{one.visit.host}{one.visit.path}: {one.status or 'no answer'}" for one in failures[:5]),
        verdict="; ".join(filter(None, wrong)) or "passed",
    )
