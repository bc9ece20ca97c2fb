"""What Patroni and PostgreSQL are told. Pure.

The figures: a primary that is gone is replaced after ``ttl``; a stopped postmaster at once, since it is not started
again first; an acknowledged commit is on two nodes. What they cost was measured on such a cluster.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from eseller.cluster.backup.barman import SERVER
from eseller.cluster.facts import AGENT_TAG
from eseller.cluster.local.layout import NAME, LocalCluster, Node

TTL_SECONDS = 20
_PLAIN = re.compile(r"[A-Za-z0-9/._-]+")
DYNAMIC: dict[str, Any] = {
    "ttl": TTL_SECONDS,
    "loop_wait": 1,
    "retry_timeout": 3,
    "primary_start_timeout": 0,
    "primary_stop_timeout": 5,
    "maximum_lag_on_failover": 1024 * 1024,
    "check_timeline": True,
    # Two nodes have each acknowledged commit; without a second one nothing is acknowledged.
    "synchronous_mode": "quorum",
    "synchronous_mode_strict": True,
    "synchronous_node_count": 1,
    # Without the lock service, a primary that all other nodes know goes on.
    "failsafe_mode": True,
}
PARAMETERS: dict[str, Any] = {
    "max_connections": 120,
    "max_worker_processes": 8,
    "max_wal_senders": 10,
    "max_replication_slots": 10,
    "max_prepared_transactions": 0,
    "max_locks_per_transaction": 64,
    "track_commit_timestamp": "off",
    "wal_level": "replica",
    "hot_standby": "on",
    "wal_log_hints": "on",
    "wal_keep_size": "128MB",
    # A secondary that is gone for long may not fill the primary's disk.
    "max_slot_wal_keep_size": "1GB",
    "wal_sender_timeout": "5s",
    "wal_receiver_timeout": "5s",
    "client_connection_check_interval": "1s",
    "shared_buffers": "128MB",
    "jit": "off",
    "random_page_cost": 1.1,
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "shared_preload_libraries": "pg_stat_statements",
    "track_io_timing": "on",
    "logging_collector": "on",
    "log_filename": "postgresql.log",
    "log_rotation_age": 0,
    "log_rotation_size": "16MB",
    "log_truncate_on_rotation": "on",
    "log_line_prefix": "%m [%p] %a ",
    "log_min_messages": "warning",
}


def patroni(cluster: LocalCluster, node: Node, *, base: Path, binaries: Path, archive: Path) -> dict[str, Any]:
    """Return Patroni's configuration of one node.

    Args:
        cluster: all of it.
        node: which.
        base: the node's own directory.
        binaries: directory of PostgreSQL's programs.
        archive: directory where Barman takes in WAL.
    """
    passwords = cluster.passwords
    login = {"username": "patroni", "password": passwords.patroni}
    return {
        "scope": NAME,
        "name": node.name,
        "log": {"level": "INFO", "format": "%(asctime)s %(levelname)s %(message)s", "deduplicate_heartbeat_logs": True},
        "restapi": {
            "listen": f"{node.host}:{node.rest_port}",
            "connect_address": f"{node.host}:{node.rest_port}",
            "authentication": login,
        },
        "ctl": {"authentication": login},
        "etcd3": {"host": f"{cluster.etcd_host}:{cluster.etcd_port}"},
        "bootstrap": {
            "dcs": {
                **DYNAMIC,
                "postgresql": {"use_pg_rewind": True, "use_slots": True, "parameters": PARAMETERS},
            },
            "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, "data-checksums"],
        },
        "postgresql": {
            "listen": f"{node.host}:{node.port}",
            "connect_address": f"{node.host}:{node.port}",
            "data_dir": str(base / "data"),
            "bin_dir": str(binaries),
            "pgpass": str(base / "pgpass"),
            "authentication": {
                "superuser": {"username": "postgres", "password": passwords.admin},
                "replication": {"username": "replicator", "password": passwords.replication},
                "rewind": {"username": "rewind", "password": passwords.rewind},
            },
            "parameters": {"unix_socket_directories": "", "log_directory": str(base / "log"), **_archiving(archive)},
            "pg_hba": _access(cluster),
            "create_replica_methods": ["basebackup"],
            "basebackup": [{"checkpoint": "fast"}, {"max-rate": "200M"}],
            "remove_data_directory_on_rewind_failure": True,
            "remove_data_directory_on_diverged_timelines": True,
        },
        "tags": {AGENT_TAG: f"http://{node.host}:{node.agent_port}"},
        "watchdog": {"mode": "off"},
    }


def _archiving(archive: Path) -> dict[str, Any]:
    """Keep WAL where Barman takes it in: whole, on the disk, and under its name only then.

    The directory's name is ours: it holds nothing that a shell would read as anything else.
    """
    if not _PLAIN.fullmatch(str(archive)):
        raise ValueError(f"{archive} can't stand in a command; choose another ESELLER_DATA")
    there, draft = f"{archive}/%f", f"{archive}/.%f.part"
    copy = f"cp %p {draft} && sync {draft} && mv {draft} {there} && sync {archive}"
    command = f"if [ -f {there} ]; then cmp -s %p {there}; else {copy}; fi"
    return {"archive_mode": "on", "archive_command": command, "archive_timeout": "60s"}


def barman(cluster: LocalCluster, *, home: Path, binaries: Path, user: str) -> str:
    """Return Barman's configuration.

    Args:
        cluster: all of it.
        home: Barman's directory.
        binaries: directory of PostgreSQL's programs.
        user: who runs it.
    """
    hosts = ",".join(node.host for node in cluster.nodes)
    ports = ",".join(str(node.port) for node in cluster.nodes)
    where = f"host={hosts} port={ports} dbname=postgres target_session_attrs=read-write connect_timeout=2"
    lines = {
        "barman": {
            "barman_user": user,
            "barman_home": str(home),
            "barman_lock_directory": str(home),
            "log_file": str(home / "barman.log"),
            "log_level": "INFO",
        },
        SERVER: {
            "description": "The platform's database",
            "conninfo": f"{where} user=postgres password={cluster.passwords.admin}",
            "streaming_conninfo": f"{where} user=replicator password={cluster.passwords.replication}",
            "backup_method": "postgres",
            "archiver": "on",
            "path_prefix": str(binaries),
            "immediate_checkpoint": "true",
            "retention_policy": "RECOVERY WINDOW OF 35 DAYS",
        },
    }
    parts = ("\n".join([f"[{name}]", *(f"{k} = {v}" for k, v in values.items())]) for name, values in lines.items())
    return "\n\n".join(parts) + "\n"


def _access(cluster: LocalCluster) -> list[str]:
    """Who may connect: replication is for the nodes alone, since any streaming client could confirm commits."""
    hosts = {node.host for node in cluster.nodes}
    # From beside etcd, Barman takes its base backups, and the administrator reads nodes through.
    beside = cluster.etcd_host
    replication = [f"host replication replicator {host}/32 scram-sha-256" for host in sorted({*hosts, beside})]
    replication.append(f"host replication postgres {beside}/32 scram-sha-256")
    return [*replication, "host replication all all reject", "host all all all scram-sha-256"]


def etcd(cluster: LocalCluster, *, program: str, base: Path) -> list[str]:
    """Return the command of etcd."""
    client = f"http://{cluster.etcd_host}:{cluster.etcd_port}"
    peer = f"http://{cluster.etcd_host}:{cluster.etcd_peer_port}"
    return [
        program,
        "--name=etcd",
        f"--data-dir={base / 'data'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=etcd={peer}",
        "--auto-compaction-retention=1",
        "--logger=zap",
        "--log-level=error",
    ]
