"""Orders, fulfilments, invoices and credit notes."""
