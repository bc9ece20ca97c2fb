"""A cluster on one machine, to rehearse with: etcd, and PostgreSQL nodes under Patroni."""
