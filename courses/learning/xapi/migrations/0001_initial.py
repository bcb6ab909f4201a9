import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='XapiStatement',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='xapi_statements', to=settings.AUTH_USER_MODEL)),
                ('registration', models.UUIDField()),
                ('verb', models.CharField(max_length=200)),
                ('statement', models.JSONField()),
                ('stored_at', models.DateTimeField(auto_now_add=True)),
                ('forwarding', models.CharField(choices=[('waiting', 'Waits to be sent'), ('sent', 'Sent'), ('refused', 'Refused by the record store')], default='waiting', max_length=16)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(blank=True, null=True)),
                ('problem', models.CharField(blank=True, max_length=300)),
            ],
            options={
                'verbose_name': 'statement',
                'verbose_name_plural': 'statements',
                'ordering': ['stored_at', 'id'],
                'indexes': [models.Index(fields=['forwarding', 'next_try_at'], name='xapi_statement_waiting'), models.Index(fields=['registration'], name='xapi_statement_sitting')],
            },
        ),
    ]
