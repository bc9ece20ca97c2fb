"""The PostgreSQL cluster: where it is, who may log in, and the embedded one. Imports no Django."""
