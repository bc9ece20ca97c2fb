"""How people and machines reach the platform: storefront, back office, API, ERP."""
