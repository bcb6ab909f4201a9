
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalog', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('mode', models.CharField(max_length=16)),
                ('profile', models.CharField(max_length=40)),
                ('seed', models.PositiveIntegerField()),
                ('is_team', models.BooleanField(default=False)),
                ('code', models.CharField(blank=True, max_length=8)),
                ('phase', models.CharField(choices=[('lobby', 'Waiting to begin'), ('running', 'Running'), ('paused', 'Paused'), ('held', 'Nobody there'), ('ended', 'Ended')], default='lobby', max_length=16)),
                ('roles', models.JSONField(default=dict)),
                ('clock_s', models.FloatField(default=0.0)),
                ('clock_since', models.DateTimeField(blank=True, null=True)),
                ('holds', models.JSONField(default=list)),
                ('epoch', models.PositiveIntegerField(default=0)),
                ('is_offline', models.BooleanField(default=False)),
                ('client_run_id', models.UUIDField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('last_seen_at', models.DateTimeField(auto_now_add=True)),
                ('outcome', models.CharField(blank=True, max_length=40)),
                ('close_reason', models.CharField(blank=True, choices=[('finished', 'Played to its end'), ('stopped', 'Stopped by a person'), ('abandoned', 'Left and not taken up again')], max_length=16)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='scenario_runs_made', to=settings.AUTH_USER_MODEL)),
                ('lesson', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='scenario_runs', to='catalog.lesson')),
            ],
            options={
                'verbose_name': 'scenario run',
                'verbose_name_plural': 'scenario runs',
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('session_key', models.CharField(blank=True, max_length=40)),
                ('name', models.CharField(blank=True, max_length=60)),
                ('actor', models.CharField(max_length=16)),
                ('slot', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('team', 'Team'), ('instructor', 'Instructor'), ('observer', 'Observer')], default='team', max_length=16)),
                ('role', models.CharField(blank=True, max_length=60)),
                ('joined_at', models.DateTimeField(auto_now_add=True)),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='scenario_places', to=settings.AUTH_USER_MODEL)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='participants', to='scenarios.run')),
            ],
            options={
                'ordering': ['run', 'slot'],
            },
        ),
        migrations.CreateModel(
            name='RunEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveIntegerField()),
                ('t_s', models.FloatField()),
                ('kind', models.CharField(max_length=16)),
                ('data', models.JSONField(default=dict)),
                ('received_s', models.FloatField()),
                ('received_at', models.DateTimeField(auto_now_add=True)),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='scenarios.participant')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='scenarios.run')),
            ],
            options={
                'ordering': ['run', 't_s', 'participant', 'seq'],
            },
        ),
        migrations.CreateModel(
            name='RunScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('total', models.FloatField(verbose_name='score')),
                ('uncapped', models.FloatField()),
                ('passed', models.BooleanField(verbose_name='passed')),
                ('certifies_depth', models.BooleanField(default=False)),
                ('report', models.JSONField()),
                ('engine', models.CharField(max_length=40)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('scored_at', models.DateTimeField(auto_now=True)),
                ('run', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='score', to='scenarios.run')),
            ],
            options={
                'ordering': ['-scored_at'],
            },
        ),
        migrations.CreateModel(
            name='Scenario',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=60, unique=True)),
                ('is_shipped', models.BooleanField(default=False)),
                ('is_public', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('withdrawn', 'Withdrawn')], default='draft', max_length=16)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='scenarios', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'scenario',
                'verbose_name_plural': 'scenarios',
                'ordering': ['key'],
            },
        ),
        migrations.CreateModel(
            name='LessonScenario',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode', models.CharField(default='practice', max_length=16)),
                ('profile', models.CharField(blank=True, max_length=40)),
                ('lesson', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='scenario_link', to='catalog.lesson')),
                ('scenario', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lesson_links', to='scenarios.scenario')),
            ],
        ),
        migrations.CreateModel(
            name='ScenarioVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('source', models.TextField()),
                ('document', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('scenario', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='scenarios.scenario')),
            ],
            options={
                'ordering': ['scenario', '-number'],
            },
        ),
        migrations.AddField(
            model_name='scenario',
            name='current',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scenarios.scenarioversion'),
        ),
        migrations.AddField(
            model_name='run',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='scenarios.scenarioversion'),
        ),
        migrations.CreateModel(
            name='Track',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('pose', 'Poses of head and hands'), ('motion', 'Motion samples')], max_length=8)),
                ('number', models.PositiveIntegerField()),
                ('from_s', models.FloatField()),
                ('to_s', models.FloatField()),
                ('packed', models.BinaryField()),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tracks', to='scenarios.participant')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tracks', to='scenarios.run')),
            ],
            options={
                'ordering': ['run', 'participant', 'kind', 'number'],
            },
        ),
        migrations.AddIndex(
            model_name='participant',
            index=models.Index(fields=['session_key'], name='scenarios_place_session'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.UniqueConstraint(fields=('run', 'slot'), name='scenarios_place_slot_once'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.UniqueConstraint(fields=('run', 'actor'), name='scenarios_place_actor_once'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('run', 'user'), name='scenarios_place_user_once'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.UniqueConstraint(condition=models.Q(('session_key', ''), _negated=True), fields=('run', 'session_key'), name='scenarios_place_session_once'),
        ),
        migrations.AddIndex(
            model_name='runevent',
            index=models.Index(fields=['run', 'id'], name='scenarios_event_run'),
        ),
        migrations.AddConstraint(
            model_name='runevent',
            constraint=models.UniqueConstraint(fields=('participant', 'seq'), name='scenarios_event_once'),
        ),
        migrations.AddConstraint(
            model_name='lessonscenario',
            constraint=models.CheckConstraint(condition=models.Q(('mode__in', ['guided', 'practice', 'exam'])), name='scenarios_lesson_mode_known'),
        ),
        migrations.AddConstraint(
            model_name='scenarioversion',
            constraint=models.UniqueConstraint(fields=('scenario', 'number'), name='scenarios_version_number_once'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['phase', 'last_seen_at'], name='scenarios_run_open'),
        ),
        migrations.AddIndex(
            model_name='run',
            index=models.Index(fields=['version', '-ended_at'], name='scenarios_run_version'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('code', ''), _negated=True), models.Q(('phase', 'ended'), _negated=True)), fields=('code',), name='scenarios_run_code_once'),
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.UniqueConstraint(condition=models.Q(('client_run_id__isnull', False)), fields=('client_run_id',), name='scenarios_run_handed_in_once'),
        ),
        migrations.AddConstraint(
            model_name='track',
            constraint=models.UniqueConstraint(fields=('participant', 'kind', 'number'), name='scenarios_track_once'),
        ),
    ]
