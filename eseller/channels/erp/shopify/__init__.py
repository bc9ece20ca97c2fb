"""Product exports of Shopify: many rows a product, columns of several generations."""
