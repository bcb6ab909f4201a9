from django.apps import AppConfig


class FrontDoorConfig(AppConfig):
    name = "vrtraining"

    def ready(self) -> None:
        from vrtraining import checks  # noqa: F401 - registers the system checks
