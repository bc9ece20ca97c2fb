"""Pictures of the demo shops: stylised still lifes, drawn by program and the same for the same input."""

from eseller.demo.pictures.catalogue import (
    category_pictures,
    draw,
    draw_picture,
    hero_picture,
    product_pictures,
    variant_picture,
)

__all__ = ["category_pictures", "draw", "draw_picture", "hero_picture", "product_pictures", "variant_picture"]
