import django.db.models.deletion
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
            name='Enrolment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='enrolments', to='catalog.course')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='enrolments', to=settings.AUTH_USER_MODEL)),
                ('source', models.CharField(choices=[('self', 'Enrolled themselves'), ('instructor', 'Enrolled by an instructor'), ('cohort', 'Enrolled with their cohort')], max_length=16, verbose_name='how')),
                ('cohort', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='people.cohort')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='since')),
            ],
            options={
                'verbose_name': 'enrolment',
                'verbose_name_plural': 'enrolments',
                'ordering': ['-created_at'],
                'constraints': [models.UniqueConstraint(fields=('course', 'user'), name='learning_enrolment_once')],
            },
        ),
        migrations.CreateModel(
            name='GazeMinute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='gaze_minutes', to=settings.AUTH_USER_MODEL)),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='gaze_minutes', to='catalog.lesson')),
                ('sitting', models.UUIDField()),
                ('minute', models.PositiveSmallIntegerField()),
                ('samples', models.BinaryField(max_length=1200)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ['user', 'minute'],
                'indexes': [models.Index(fields=['lesson', 'user'], name='learning_gaze_lesson')],
                'constraints': [models.UniqueConstraint(fields=('user', 'lesson', 'sitting', 'minute'), name='learning_gaze_minute_once')],
            },
        ),
        migrations.CreateModel(
            name='SessionLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lesson_sessions', to=settings.AUTH_USER_MODEL)),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='catalog.lesson')),
                ('started_at', models.DateTimeField(auto_now_add=True)),
                ('last_at', models.DateTimeField()),
                ('position', models.FloatField(default=0.0, verbose_name='place in seconds')),
                ('seconds', models.FloatField(default=0.0, verbose_name='time spent in seconds')),
            ],
            options={
                'ordering': ['-started_at'],
                'indexes': [models.Index(fields=['user', 'lesson', '-last_at'], name='learning_session_user')],
            },
        ),
        migrations.CreateModel(
            name='SummaryLog',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lesson_summaries', to=settings.AUTH_USER_MODEL)),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='summaries', to='catalog.lesson')),
                ('position', models.FloatField(default=0.0, verbose_name='place in seconds')),
                ('progress', models.FloatField(default=0.0)),
                ('seconds', models.FloatField(default=0.0, verbose_name='time spent in seconds')),
                ('completed_at', models.DateTimeField(blank=True, null=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ['-updated_at'],
                'indexes': [models.Index(fields=['user', '-updated_at'], name='learning_summary_recent')],
                'constraints': [models.UniqueConstraint(fields=('user', 'lesson'), name='learning_summary_once'), models.CheckConstraint(condition=models.Q(('progress__gte', 0), ('progress__lte', 1)), name='learning_summary_progress_0_1'), models.CheckConstraint(condition=models.Q(('seconds__gte', 0), ('position__gte', 0)), name='learning_summary_not_negative')],
            },
        ),
    ]
