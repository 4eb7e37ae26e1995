//! Rejections of a consultation.

use ledgerdesk_domain::consultation::{ConsultationRejection, Status};

use super::{super::Russian, input};

impl Russian for ConsultationRejection {
    fn russian(&self) -> String {
        match self {
            Self::NotFound => "такой консультации нет; сначала откройте её".to_owned(),
            Self::AlreadyExists => {
                "эта консультация уже открыта; для новой выберите другой идентификатор".to_owned()
            }
            Self::Closed { status } => {
                format!("консультация в статусе {}; сначала откройте её снова", status.as_str())
            }
            Self::Merged { .. } => {
                "консультация объединена с другой; продолжайте там или отмените объединение".to_owned()
            }
            Self::IllegalTransition { from, verb, allowed } => format!(
                "нельзя {} консультацию в статусе {}; нужен статус {}",
                infinitive(verb),
                from.as_str(),
                statuses(allowed)
            ),
            Self::NotMerged => "консультация не объединена с другой; отменять нечего".to_owned(),
            Self::MergeIntoItself => "консультацию нельзя объединить с самой собой; укажите другую".to_owned(),
            Self::ClientCannotSend => {
                "сообщение клиенту пишет менеджер, бот или система; сообщение самого клиента запишите как полученное"
                    .to_owned()
            }
            Self::NotAppointed => "время не назначено; сначала назначьте его".to_owned(),
            Self::AlreadyAppointed { at } => {
                format!("консультация уже назначена на {at}; чтобы изменить время, оформите перенос")
            }
            Self::SameTime => "консультация назначена ровно на это время; выберите другое".to_owned(),
            Self::UnknownRedate { .. } => {
                "у консультации нет такого переноса; укажите её перенос или не указывайте никакого".to_owned()
            }
            Self::DurationWithoutAnswer => {
                "длительность бывает только у отвеченного звонка; не указывайте её или задайте исход ANSWERED".to_owned()
            }
            Self::RatingNotAllowed { status } => format!(
                "консультацию в статусе {} нельзя оценить; нужен статус RESOLVED или CLOSED",
                status.as_str()
            ),
            Self::AlreadyRated { .. } => "решение уже оценено; измените ту оценку".to_owned(),
            Self::UnknownRating { .. } => "такой оценки ещё нет; сначала отправьте её".to_owned(),
            Self::Invalid(input) => input::russian(input),
            Self::HandoverAlreadyOpen { .. }
            | Self::UnknownHandover { .. }
            | Self::HandoverNotOpen { .. }
            | Self::HandoverAlreadyAccepted { .. }
            | Self::HandoverNotAccepted
            | Self::HandoverNotOffered
            | Self::HandoverOfferedToAnother { .. }
            | Self::OfferStillStands { .. } => handover(self),
        }
    }
}

fn handover(rejection: &ConsultationRejection) -> String {
    use ConsultationRejection as R;
    match rejection {
        R::HandoverAlreadyOpen { .. } => {
            "уже есть открытая эскалация; перед следующей завершите, верните или закройте её по сроку"
        }
        R::UnknownHandover { .. } => "у консультации нет такой эскалации; сначала запросите её",
        R::HandoverNotOpen { .. } => "эта эскалация окончена; запросите новую",
        R::HandoverAlreadyAccepted { .. } => "эскалация уже принята; её можно только завершить или вернуть",
        R::HandoverNotAccepted => "эскалацию ещё никто не принял; сначала её нужно принять",
        R::HandoverNotOffered => "эскалация не предложена этому менеджеру; отклонять нечего",
        R::HandoverOfferedToAnother { .. } => {
            "эскалация предложена другому менеджеру; чтобы передать её, предложите заново"
        }
        R::OfferStillStands { until } => {
            return format!("предложение действует до {until}; раньше закрыть нельзя");
        }
        _ => return rejection.to_string(),
    }
    .to_owned()
}

/// The domain names the verb in English; a test checks that each has a row here.
pub(in crate::i18n) fn infinitive(verb: &str) -> &str {
    match verb {
        "start" => "начать",
        "wait for the client of" => "перевести в ожидание клиента",
        "put on hold" => "отложить",
        "resume" => "продолжить",
        "resolve" => "решить",
        "close" => "закрыть",
        "cancel" => "отменить",
        "reopen" => "открыть снова",
        "hand over" => "передать",
        other => other,
    }
}

fn statuses(statuses: &[Status]) -> String {
    let names: Vec<_> = statuses.iter().map(|status| status.as_str()).collect();
    match names.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} или {last}", first.join(", ")),
    }
}
