"""Wall the tables of the package and grant the roles what they need, no more."""

from django.db import migrations

from eseller.tenancy.operations import ProtectShops, ProtectTable

GRANTS = """
GRANT SELECT, INSERT, UPDATE ON tenancy_user TO eseller_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON tenancy_user TO eseller_platform;
GRANT SELECT, INSERT, UPDATE, DELETE ON tenancy_throttlecounter, django_session TO eseller_web, eseller_platform;
GRANT SELECT ON django_migrations, django_content_type TO eseller_web, eseller_platform;
"""
REVOKES = """
REVOKE ALL ON tenancy_user, tenancy_throttlecounter, django_session, django_content_type, django_migrations
    FROM eseller_web, eseller_platform;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0002_history_and_lookups"),
        ("sessions", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [
        ProtectShops(),
        ProtectTable("Domain", history=[]),
        ProtectTable("Membership", history=[]),
        # Only the trigger's function, which runs as the platform role, writes history; nobody changes it.
        ProtectTable("History", web="SELECT"),
        migrations.RunSQL(GRANTS, REVOKES),
    ]
