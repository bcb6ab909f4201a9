import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('library', '0001_initial'),
        ('people', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Course',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('title_zh', models.CharField(blank=True, max_length=120, verbose_name='title in Chinese')),
                ('title_en', models.CharField(blank=True, max_length=120, verbose_name='title in English')),
                ('summary_zh', models.TextField(blank=True, max_length=600, verbose_name='summary in Chinese')),
                ('summary_en', models.TextField(blank=True, max_length=600, verbose_name='summary in English')),
                ('audience', models.CharField(choices=[('everyone', 'Everyone'), ('resident', 'Community residents'), ('trainee', 'Doctors and nurses in training'), ('instructor', 'Instructors')], default='everyone', max_length=16, verbose_name='for whom')),
                ('access', models.CharField(choices=[('public', 'Open to everyone, without an account'), ('enrolment', 'By enrolment')], default='enrolment', max_length=16, verbose_name='who may learn')),
                ('self_enrolment', models.BooleanField(default=False, verbose_name='people may enrol themselves')),
                ('cover', models.CharField(blank=True, max_length=120)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published')], default='draft', max_length=16)),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='courses_taught', to=settings.AUTH_USER_MODEL)),
                ('seed_key', models.SlugField(blank=True, max_length=40)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'course',
                'verbose_name_plural': 'courses',
                'ordering': ['-published_at', '-created_at'],
                'indexes': [models.Index(fields=['state', '-published_at'], name='catalog_course_state'), models.Index(fields=['owner', '-created_at'], name='catalog_course_owner')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('seed_key', ''), _negated=True), fields=('seed_key',), name='catalog_course_seed_once'), models.CheckConstraint(condition=models.Q(models.Q(('title_zh', ''), _negated=True), models.Q(('title_en', ''), _negated=True), _connector='OR'), name='catalog_course_has_title')],
            },
        ),
        migrations.CreateModel(
            name='Module',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('title_zh', models.CharField(blank=True, max_length=120, verbose_name='title in Chinese')),
                ('title_en', models.CharField(blank=True, max_length=120, verbose_name='title in English')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='modules', to='catalog.course')),
                ('position', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name': 'module',
                'verbose_name_plural': 'modules',
                'ordering': ['position'],
                'indexes': [models.Index(fields=['course', 'position'], name='catalog_module_order')],
            },
        ),
        migrations.CreateModel(
            name='Lesson',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('title_zh', models.CharField(blank=True, max_length=120, verbose_name='title in Chinese')),
                ('title_en', models.CharField(blank=True, max_length=120, verbose_name='title in English')),
                ('module', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lessons', to='catalog.module')),
                ('position', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('video360', '360° video'), ('video', 'Video'), ('article', 'Article'), ('scenario', 'Exercise in VR')], default='video360', max_length=16, verbose_name='kind')),
                ('body_zh', models.TextField(blank=True, max_length=60000, verbose_name='text in Chinese')),
                ('body_en', models.TextField(blank=True, max_length=60000, verbose_name='text in English')),
                ('master', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='lessons', to='library.master')),
                ('exercise', models.SlugField(blank=True, editable=False, max_length=60)),
                ('minutes', models.PositiveSmallIntegerField(default=3, verbose_name='minutes it takes')),
                ('situation', models.CharField(blank=True, choices=[('collapse', 'Someone collapsed'), ('choking', 'Someone is choking'), ('bleeding', 'Someone is bleeding heavily')], max_length=16, verbose_name='home page')),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'lesson',
                'verbose_name_plural': 'lessons',
                'ordering': ['position'],
                'indexes': [models.Index(fields=['module', 'position'], name='catalog_lesson_order'), models.Index(fields=['situation'], name='catalog_lesson_situation')],
            },
        ),
        migrations.CreateModel(
            name='Region',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('title_zh', models.CharField(blank=True, max_length=120, verbose_name='title in Chinese')),
                ('title_en', models.CharField(blank=True, max_length=120, verbose_name='title in English')),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='regions', to='catalog.lesson')),
                ('start', models.FloatField(verbose_name='from second')),
                ('end', models.FloatField(verbose_name='to second')),
                ('keyframes', models.JSONField()),
            ],
            options={
                'verbose_name': 'region',
                'verbose_name_plural': 'regions',
                'ordering': ['start', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('start__gte', 0), ('end__gt', models.F('start'))), name='catalog_region_time'), models.CheckConstraint(condition=models.Q(models.Q(('title_zh', ''), _negated=True), models.Q(('title_en', ''), _negated=True), _connector='OR'), name='catalog_region_has_title')],
            },
        ),
        migrations.CreateModel(
            name='Caption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='captions', to='catalog.lesson')),
                ('language', models.CharField(choices=[('zh', 'Chinese'), ('en', 'English')], max_length=8, verbose_name='language')),
                ('text', models.TextField()),
                ('cues', models.PositiveIntegerField()),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name': 'captions',
                'ordering': ['-language'],
                'constraints': [models.UniqueConstraint(fields=('lesson', 'language'), name='catalog_caption_once')],
            },
        ),
    ]
