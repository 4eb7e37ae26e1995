//! Russian. Statuses are given as the API spells them, since they are also what one types.

mod access;
pub(super) mod consultation;
pub(super) mod input;
mod service_level;

use ledgerdesk_domain::{
    catalog::CatalogRejection, client::ClientRejection, manager::ManagerRejection,
    workspace::WorkspaceRejection,
};

use super::Russian;

impl Russian for ClientRejection {
    fn russian(&self) -> String {
        match self {
            Self::NotFound => "такого клиента нет; сначала зарегистрируйте его".to_owned(),
            Self::AlreadyExists => {
                "этот клиент уже зарегистрирован; для нового выберите другой идентификатор".to_owned()
            }
            Self::Erased => "данные клиента удалены, изменить их нельзя; зарегистрируйте нового".to_owned(),
            Self::Invalid(input) => input::russian(input),
        }
    }
}

impl Russian for ManagerRejection {
    fn russian(&self) -> String {
        match self {
            Self::NotFound => "такого менеджера нет; сначала зарегистрируйте его".to_owned(),
            Self::AlreadyExists => {
                "этот менеджер уже зарегистрирован; для нового выберите другой идентификатор".to_owned()
            }
            Self::Inactive => {
                "менеджер больше не работает, изменить его нельзя; зарегистрируйте нового".to_owned()
            }
            Self::Active => "менеджер ещё работает; перед удалением данных отключите его".to_owned(),
            Self::Invalid(input) => input::russian(input),
        }
    }
}

impl Russian for WorkspaceRejection {
    fn russian(&self) -> String {
        match self {
            Self::NotFound => "такого рабочего пространства нет; сначала создайте его".to_owned(),
            Self::AlreadyExists => "это рабочее пространство уже создано; измените его настройки".to_owned(),
            Self::ViewNotFound => "такого представления нет; сначала сохраните его".to_owned(),
            Self::ViewWithoutOwner => {
                "личное представление может сохранить только менеджер; сделайте его общим".to_owned()
            }
            Self::CalendarNotFound { key } => format!("календаря `{key}` нет; сначала опубликуйте его"),
            Self::Calendar(fault) => service_level::calendar(fault),
            Self::Policy(fault) => service_level::policy(fault),
            Self::Invalid(input) => input::russian(input),
        }
    }
}

impl Russian for CatalogRejection {
    fn russian(&self) -> String {
        match self {
            Self::NotFound => "такой записи в справочниках нет; сначала добавьте её".to_owned(),
            Self::AlreadyExists => {
                "в справочнике уже есть запись с этим внешним идентификатором; измените её".to_owned()
            }
            Self::Retired => {
                "запись выведена из обращения, изменить её нельзя; сначала верните её".to_owned()
            }
            Self::OwnParent => {
                "запись не может подчиняться самой себе; укажите другую или не указывайте".to_owned()
            }
            Self::Invalid(input) => input::russian(input),
        }
    }
}
