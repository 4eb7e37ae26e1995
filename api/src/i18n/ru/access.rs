//! Who may do what: the Russian texts.

use ledgerdesk_infrastructure::auth::AuthError;

use crate::{graphql::caller::Language, i18n::Localized};

impl Localized for AuthError {
    fn localized(&self, language: Language) -> String {
        match language {
            Language::En => self.to_string(),
            Language::Ru => russian(self),
        }
    }
}

fn russian(error: &AuthError) -> String {
    match error {
        AuthError::Name => "имя ключа содержит от 1 до 200 символов",
        AuthError::Exists => "такой ключ уже есть; создайте другой",
        AuthError::KeyNotFound => "такого ключа нет; список ключей даёт запрос `apiKeys`",
        AuthError::LastOwner => "это последний ключ владельца; сначала создайте другой",
        AuthError::RoleNotFound => "такой роли нет; список ролей даёт запрос `roles`",
        AuthError::RoleName => "имя роли содержит от 1 до 100 символов",
        AuthError::RoleNameTaken => "роль с таким именем уже есть; выберите другое имя",
        AuthError::RoleInUse => "роль используется; сначала отзовите ключи и приглашения с этой ролью",
        AuthError::NoPermission => "роли нужно хотя бы одно право",
        AuthError::TooManyRoles => {
            "в рабочем пространстве может быть не больше 100 собственных ролей; сначала удалите одну"
        }
        AuthError::MoreThanHeld { permission } => {
            return format!(
                "нельзя дать, изменить или отнять право, которого у вас нет: {}",
                permission.as_str()
            );
        }
        AuthError::WiderThanHeld => "нельзя дать область шире собственной",
        AuthError::ScopeWithoutManager => "для области своих консультаций укажите менеджера, чьи они",
        AuthError::SessionNotFound => "такого сеанса нет; список сеансов даёт запрос `sessions`",
        AuthError::InvitationNotFound => {
            "такого приглашения нет, или оно уже принято, отозвано либо истекло; попросите новое"
        }
        AuthError::InvitedSomebodyElse => "приглашение на другой адрес; войдите с тем, который был приглашён",
        AuthError::InvitationTime => "приглашение действует дольше текущего момента и не дольше 30 дней",
        AuthError::TooManyInvitations => {
            "в рабочем пространстве не больше 1000 действующих приглашений; сначала отзовите лишние"
        }
        AuthError::Email => "это не адрес электронной почты; он выглядит как name@example.org",
        AuthError::Provider { .. } => "сейчас нельзя обратиться к провайдеру OpenID Connect",
        AuthError::Database(_) => "ключи сейчас недоступны",
    }
    .to_owned()
}
