"""What this wing writes into the action log, in words."""

from django.utils.translation import pgettext_lazy

ACTION_LABELS = {
    "people.audit.anchor": pgettext_lazy("action log", "Sealed the log outside the database"),
    "people.audit.export": pgettext_lazy("action log", "Exported the action log"),
    "people.cohort.add_members": pgettext_lazy("action log", "Added people to a cohort"),
    "people.cohort.change": pgettext_lazy("action log", "Changed a cohort"),
    "people.cohort.create": pgettext_lazy("action log", "Created a cohort"),
    "people.cohort.delete": pgettext_lazy("action log", "Deleted a cohort"),
    "people.cohort.remove_member": pgettext_lazy("action log", "Took a person out of a cohort"),
    "people.consent.accept": pgettext_lazy("action log", "Answered a consent"),
    "people.consent.publish": pgettext_lazy("action log", "Published a consent document"),
    "people.consent.withdraw": pgettext_lazy("action log", "Withdrew a consent"),
    "people.data.erase": pgettext_lazy("action log", "Erased a person's data"),
    "people.data.export": pgettext_lazy("action log", "Exported a person's data"),
    "people.export": pgettext_lazy("action log", "Exported the list of people"),
    "people.factor.add": pgettext_lazy("action log", "Added a second way to sign in"),
    "people.factor.remove": pgettext_lazy("action log", "Removed a second way to sign in"),
    "people.factor.renew": pgettext_lazy("action log", "Renewed the recovery codes"),
    "people.import": pgettext_lazy("action log", "Imported a person from a sheet"),
    "people.import.sheet": pgettext_lazy("action log", "Imported a sheet of people"),
    "people.locked_out": pgettext_lazy("action log", "Locked out after failed sign-ins"),
    "people.person.activate": pgettext_lazy("action log", "Let a person sign in again"),
    "people.person.add": pgettext_lazy("action log", "Added a person"),
    "people.person.change_role": pgettext_lazy("action log", "Changed a role"),
    "people.person.deactivate": pgettext_lazy("action log", "Stopped a person from signing in"),
    "people.person.reset_access": pgettext_lazy("action log", "Reset a person's access"),
    "people.person.set_password": pgettext_lazy("action log", "Set a password"),
    "people.profile.change": pgettext_lazy("action log", "Changed their profile"),
    "people.sign_in": pgettext_lazy("action log", "Signed in"),
    "people.sign_up": pgettext_lazy("action log", "Signed up"),
}
