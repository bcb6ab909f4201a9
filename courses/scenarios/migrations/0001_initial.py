import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('catalog', '0001_initial'),
        ('people', '0001_initial'),
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='BoardPlace',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='board_place', to=settings.AUTH_USER_MODEL)),
                ('name', models.CharField(max_length=40, verbose_name='name on the board')),
                ('since', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['since'],
            },
        ),
        migrations.CreateModel(
            name='Scenario',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=60, unique=True)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='scenarios', to=settings.AUTH_USER_MODEL)),
                ('is_shipped', models.BooleanField(default=False)),
                ('is_public', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('withdrawn', 'Withdrawn')], default='draft', max_length=16)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
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
                ('lesson', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='scenario_link', to='catalog.lesson')),
                ('scenario', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lesson_links', to='scenarios.scenario')),
                ('mode', models.CharField(default='practice', max_length=16)),
                ('profile', models.CharField(blank=True, max_length=40)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('mode__in', ['guided', 'practice', 'exam'])), name='scenarios_lesson_mode_known')],
            },
        ),
        migrations.CreateModel(
            name='ScenarioVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scenario', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='scenarios.scenario')),
                ('number', models.PositiveIntegerField()),
                ('source', models.TextField()),
                ('document', models.JSONField()),
                ('digest', models.CharField(max_length=64)),
                ('author', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['scenario', '-number'],
                'constraints': [models.UniqueConstraint(fields=('scenario', 'number'), name='scenarios_version_number_once')],
            },
        ),
        migrations.CreateModel(
            name='TeamChallenge',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('scenario', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='challenges', to='scenarios.scenario')),
                ('mode', models.CharField(default='practice', max_length=16, verbose_name='mode')),
                ('begins_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('cohorts', models.ManyToManyField(related_name='challenges', to='people.cohort', verbose_name='cohorts')),
            ],
            options={
                'verbose_name': 'team challenge',
                'verbose_name_plural': 'team challenges',
                'ordering': ['-ends_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('begins_at'))), name='scenarios_challenge_has_length')],
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='scenarios.scenarioversion')),
                ('mode', models.CharField(max_length=16)),
                ('profile', models.CharField(max_length=40)),
                ('seed', models.PositiveIntegerField()),
                ('is_team', models.BooleanField(default=False)),
                ('code', models.CharField(blank=True, max_length=8)),
                ('lesson', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='scenario_runs', to='catalog.lesson')),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='scenario_runs_made', to=settings.AUTH_USER_MODEL)),
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
            ],
            options={
                'verbose_name': 'scenario run',
                'verbose_name_plural': 'scenario runs',
                'ordering': ['-created_at'],
                'indexes': [models.Index(fields=['phase', 'last_seen_at'], name='scenarios_run_open'), models.Index(fields=['version', '-ended_at'], name='scenarios_run_version')],
                'constraints': [models.UniqueConstraint(condition=models.Q(models.Q(('code', ''), _negated=True), models.Q(('phase', 'ended'), _negated=True)), fields=('code',), name='scenarios_run_code_once'), models.UniqueConstraint(condition=models.Q(('client_run_id__isnull', False)), fields=('client_run_id',), name='scenarios_run_handed_in_once')],
            },
        ),
        migrations.CreateModel(
            name='RunScore',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='score', to='scenarios.run')),
                ('total', models.FloatField(verbose_name='score')),
                ('uncapped', models.FloatField()),
                ('passed', models.BooleanField(verbose_name='passed')),
                ('certifies_depth', models.BooleanField(default=False)),
                ('report', models.JSONField()),
                ('engine', models.CharField(max_length=40)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('scored_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ['-scored_at'],
            },
        ),
        migrations.CreateModel(
            name='SignOff',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sign_offs', to='scenarios.run')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scenario_sign_offs', to=settings.AUTH_USER_MODEL, verbose_name='person')),
                ('instructor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('verdict', models.CharField(choices=[('confirmed', 'Confirmed'), ('practise', 'To be practised again')], max_length=16, verbose_name='verdict')),
                ('saw_depth', models.BooleanField(default=False, verbose_name='depth seen on a manikin with a sensor')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('signed_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'sign-off',
                'verbose_name_plural': 'sign-offs',
                'ordering': ['-signed_at'],
                'constraints': [models.UniqueConstraint(fields=('run', 'user'), name='scenarios_signed_once')],
            },
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='participants', to='scenarios.run')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='scenario_places', to=settings.AUTH_USER_MODEL)),
                ('session_key', models.CharField(blank=True, max_length=40)),
                ('name', models.CharField(blank=True, max_length=60)),
                ('actor', models.CharField(max_length=16)),
                ('slot', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('team', 'Team'), ('instructor', 'Instructor'), ('observer', 'Observer')], default='team', max_length=16)),
                ('role', models.CharField(blank=True, max_length=60)),
                ('joined_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['run', 'slot'],
                'indexes': [models.Index(fields=['session_key'], name='scenarios_place_session')],
                'constraints': [models.UniqueConstraint(fields=('run', 'slot'), name='scenarios_place_slot_once'), models.UniqueConstraint(fields=('run', 'actor'), name='scenarios_place_actor_once'), models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('run', 'user'), name='scenarios_place_user_once'), models.UniqueConstraint(condition=models.Q(('session_key', ''), _negated=True), fields=('run', 'session_key'), name='scenarios_place_session_once')],
            },
        ),
        migrations.CreateModel(
            name='RunEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='scenarios.run')),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='scenarios.participant')),
                ('seq', models.PositiveIntegerField()),
                ('t_s', models.FloatField()),
                ('kind', models.CharField(max_length=16)),
                ('data', models.JSONField(default=dict)),
                ('received_s', models.FloatField()),
                ('received_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['run', 't_s', 'participant', 'seq'],
                'indexes': [models.Index(fields=['run', 'id'], name='scenarios_event_run')],
                'constraints': [models.UniqueConstraint(fields=('participant', 'seq'), name='scenarios_event_once')],
            },
        ),
        migrations.CreateModel(
            name='Track',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tracks', to='scenarios.run')),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tracks', to='scenarios.participant')),
                ('kind', models.CharField(choices=[('pose', 'Poses of head and hands'), ('motion', 'Motion samples')], max_length=8)),
                ('number', models.PositiveIntegerField()),
                ('from_s', models.FloatField()),
                ('to_s', models.FloatField()),
                ('packed', models.BinaryField()),
            ],
            options={
                'ordering': ['run', 'participant', 'kind', 'number'],
                'constraints': [models.UniqueConstraint(fields=('participant', 'kind', 'number'), name='scenarios_track_once')],
            },
        ),
        migrations.AddField(
            model_name='Scenario',
            name='current',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='scenarios.scenarioversion'),
        ),
    ]
