//! Refusals that are made at this edge and not by the rules of an aggregate.

use super::Localized;
use crate::graphql::caller::Language;

/// Why the edge refuses a mutation. One row each: the permanent code, the English text, the Russian text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    InvalidId,
    ConsultationNotFound,
    ClientNotFound,
    ManagerNotFound,
    ManagerMissing,
    NotAManager,
    PartyWithoutId,
    InvalidIdempotencyKey,
    IdempotencyKeyReused,
    InvalidVersion,
    InvalidOccurredAt,
    PersonErased,
    TooLarge,
    PermissionUnknown,
    RoleOfTheSystem,
    InvitationByKey,
    InvalidFilter,
    InvalidTimeOfDay,
    InvalidDateRange,
    InvalidIcalendar,
    IcalendarTooLarge,
    InvalidRecurrence,
    BulkSize,
    BulkVersions,
    Conflict,
    Unavailable,
    InDoubt,
    Internal,
}

impl Refusal {
    #[expect(clippy::too_many_lines, reason = "a table, one refusal after the other")]
    const fn row(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::InvalidId => (
                "invalid_id",
                "this is not such an id; pass one that the API returned, unchanged",
                "это не идентификатор такого объекта; передайте полученный от API, не изменяя его",
            ),
            Self::ConsultationNotFound => (
                "consultation_not_found",
                "there is no such consultation; open it first",
                "такой консультации нет; сначала откройте её",
            ),
            Self::ClientNotFound => (
                "client_not_found",
                "there is no such client; register it first",
                "такого клиента нет; сначала зарегистрируйте его",
            ),
            Self::ManagerNotFound => (
                "manager_not_found",
                "there is no such manager; register one first",
                "такого менеджера нет; сначала зарегистрируйте его",
            ),
            Self::ManagerMissing => (
                "manager_missing",
                "name the manager: this API key does not belong to one",
                "укажите менеджера: этот ключ API не принадлежит менеджеру",
            ),
            Self::NotAManager => (
                "not_a_manager",
                "only managers are there or not; use an API key that belongs to one",
                "присутствовать могут только менеджеры; используйте ключ API, принадлежащий менеджеру",
            ),
            Self::PartyWithoutId => (
                "party_without_id",
                "a bot or a system has no id here; leave it out",
                "у бота и системы здесь нет идентификатора; не указывайте его",
            ),
            Self::InvalidIdempotencyKey => (
                "invalid_idempotency_key",
                "an idempotency key has 1 to 200 characters",
                "ключ идемпотентности содержит от 1 до 200 символов",
            ),
            Self::IdempotencyKeyReused => (
                "idempotency_key_reused",
                "the idempotency key was used before for a different request; take a new key",
                "ключ идемпотентности уже использован для другого запроса; возьмите новый",
            ),
            Self::InvalidVersion => (
                "invalid_version",
                "a version is 0 or more; pass the one that the last command returned",
                "версия не бывает отрицательной; передайте ту, что вернула последняя команда",
            ),
            Self::InvalidOccurredAt => (
                "invalid_occurred_at",
                "the time must lie between 1970 and five minutes from now",
                "время должно быть не раньше 1970 года и не позже чем через пять минут",
            ),
            Self::PersonErased => (
                "person_erased",
                "the person was erased; nothing more can be recorded about them",
                "данные этого человека удалены; записать о нём больше ничего нельзя",
            ),
            Self::TooLarge => (
                "too_large",
                "the command is too large; shorten its texts or lists",
                "команда слишком велика; сократите тексты или списки",
            ),
            Self::PermissionUnknown => (
                "permission_unknown",
                "one of these is no permission; docs/permissions.md has them all, such as consultations:read",
                "среди них есть неизвестное право; все права перечислены в docs/permissions.md, например consultations:read",
            ),
            Self::InvitationByKey => (
                "invitation_by_key",
                "a key has its place already; come with the link's token as your key, or sign in",
                "у ключа уже есть роль; используйте токен из ссылки вместо ключа или войдите через провайдера",
            ),
            Self::RoleOfTheSystem => (
                "role_of_the_system",
                "every workspace has this role, so it cannot be changed; define one of your own",
                "эта роль есть в каждом рабочем пространстве, изменить её нельзя; создайте собственную",
            ),
            Self::InvalidTimeOfDay => (
                "invalid_time_of_day",
                "a time of day is HH:MM, from 00:00 to 24:00",
                "время суток пишется как ЧЧ:ММ, от 00:00 до 24:00",
            ),
            Self::InvalidDateRange => (
                "invalid_date_range",
                "`until` comes after `from`, at most 20 years later",
                "`until` позже `from`, но не больше чем на 20 лет",
            ),
            Self::InvalidIcalendar => (
                "invalid_icalendar",
                "this is no iCalendar file; it begins with BEGIN:VCALENDAR and ends with END:VCALENDAR",
                "это не файл iCalendar; он начинается с BEGIN:VCALENDAR и кончается END:VCALENDAR",
            ),
            Self::IcalendarTooLarge => (
                "icalendar_too_large",
                "the file is larger than 1 MiB or has more than 2000 holidays; import fewer years of it",
                "файл больше 1 МиБ или содержит больше 2000 праздников; импортируйте меньше лет",
            ),
            Self::InvalidRecurrence => (
                "invalid_recurrence",
                "an event of the file comes again by a rule (RRULE) that cannot be understood; correct it there",
                "событие в файле повторяется по непонятному правилу (RRULE); исправьте его там",
            ),
            Self::InvalidFilter => (
                "invalid_filter",
                "the list would refuse this filter; try it with `consultations` first, which says why",
                "список не примет такой фильтр; сначала проверьте его запросом `consultations`, там будет причина",
            ),
            Self::BulkSize => (
                "invalid_selection",
                "a selection has 1 to 100 consultations; send a larger one in parts",
                "выбрать можно от 1 до 100 консультаций; больший список отправляйте по частям",
            ),
            Self::BulkVersions => (
                "invalid_expected_versions",
                "give as many expected versions as consultations, in the same order, or none",
                "укажите столько же ожидаемых версий, сколько консультаций, в том же порядке, или ни одной",
            ),
            Self::Conflict => (
                "conflict",
                "it has changed since you saw it; look at it again",
                "консультация с тех пор изменилась; посмотрите на неё ещё раз",
            ),
            Self::Unavailable => (
                "unavailable",
                "nothing was written; try again in a moment",
                "ничего не записано; повторите через некоторое время",
            ),
            Self::InDoubt => (
                "in_doubt",
                "whether it was written is not known; send the same idempotency key again to learn it",
                "неизвестно, записано ли изменение; чтобы узнать, повторите запрос с тем же ключом идемпотентности",
            ),
            Self::Internal => (
                "internal_error",
                "something went wrong here; try again, or tell whoever operates this server",
                "произошла внутренняя ошибка; повторите запрос или сообщите администратору сервера",
            ),
        }
    }

    /// The permanent code.
    pub(crate) const fn code(self) -> &'static str {
        self.row().0
    }
}

impl Localized for Refusal {
    fn localized(&self, language: Language) -> String {
        let (_, english, russian) = self.row();
        match language {
            Language::En => english,
            Language::Ru => russian,
        }
        .to_owned()
    }
}
