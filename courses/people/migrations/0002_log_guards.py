from django.db import migrations

from courses.people import audit_guards


def install_guards(apps, schema_editor):
    audit_guards.install(schema_editor.connection)


def remove_guards(apps, schema_editor):
    audit_guards.remove(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.RunPython(install_guards, remove_guards),
    ]
