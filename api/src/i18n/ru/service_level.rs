//! Calendars and tables of service levels.

use ledgerdesk_domain::{calendar::CalendarFault, service_level::PolicyFault};

pub(super) fn calendar(fault: &CalendarFault) -> String {
    match fault {
        CalendarFault::UnknownTimeZone { name, nearest } => {
            format!("часового пояса `{name}` нет; укажите имя по IANA, например `{nearest}`")
        }
        CalendarFault::InvalidSpan { place, from, until } => {
            format!(
                "{place}: открыто с {from} до {until}; промежуток кончается позже начала и не позже 24:00"
            )
        }
        CalendarFault::OverlappingSpans { place, at } => {
            format!("{place}: промежутки пересекаются в {at}; объедините их или сдвиньте один")
        }
        CalendarFault::NoOpenTime => {
            "в календаре нет рабочего времени; укажите хотя бы один промежуток недели".to_owned()
        }
        CalendarFault::HolidayTwice { date } => format!("дата {date} указана дважды; оставьте одну"),
    }
}

pub(super) fn policy(fault: &PolicyFault) -> String {
    match fault {
        PolicyFault::UnknownCalendar { rule, calendar } => format!(
            "правило `{rule}` считает по календарю `{calendar}`, который не опубликован; сначала опубликуйте его"
        ),
        PolicyFault::UnreachableRule { rule } => format!(
            "правило `{rule}` никогда не сработает: всё, что ему подходит, подходит правилу выше; \
             поднимите его или удалите"
        ),
        PolicyFault::NoTargets => {
            "ни одно правило не задаёт срок, таблица ничего не решает; задайте хотя бы один".to_owned()
        }
        PolicyFault::RuleTwice { rule } => {
            format!("два правила с ключом `{rule}`; дайте каждому свой")
        }
        PolicyFault::PauseInEnd { rule, status } => format!(
            "правило `{rule}` приостанавливает отсчёт в статусе {}; там он кончается, укажите QUEUED, \
             IN_PROGRESS, WAITING_FOR_CLIENT или ON_HOLD",
            status.as_str()
        ),
    }
}
