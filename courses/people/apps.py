from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "courses.people"

    def ready(self) -> None:
        from courses.people import signals
        from courses.people.personal_data import register_personal_data
        from courses.people.services.audit import log_action
        from courses.people.services.erasure import erase_account, export_account
        from streaming.library.announce import register_action_sink

        signals.connect()
        register_personal_data("account", export_account, erase_account)
        register_action_sink(log_action)
