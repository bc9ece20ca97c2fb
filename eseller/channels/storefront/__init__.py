"""The webshop that a shopper sees."""
