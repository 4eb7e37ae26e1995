//! Who may be shown the same answer, and whether somebody may still be shown anything.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared},
};
use ledgerdesk_domain::id::{ManagerId, WorkspaceId};
use ledgerdesk_infrastructure::auth::{Permissions, Scope};
use uuid::Uuid;

use crate::{
    graphql::{
        caller::{Caller, Language},
        error::Fault,
    },
    http::auth::Session,
};

/// Everything about a caller that an answer may depend on. Callers with the same audience see the same of the same
/// thing; a resolver that looks at more of the caller than this must be reflected here.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Audience {
    workspace: WorkspaceId,
    permissions: Permissions,
    scope: Scope,
    /// Whose consultations are seen, where only some are.
    manager: Option<ManagerId>,
    language_is_russian: bool,
}

impl Audience {
    pub(crate) fn of(caller: &Caller) -> Self {
        Self {
            workspace: caller.workspace_id,
            permissions: caller.access.permissions,
            scope: caller.access.scope,
            manager: caller.own().and_then(|own| own.manager),
            language_is_russian: caller.language == Language::Ru,
        }
    }
}

/// How long a check holds for what is sent right after it.
const HOLDS: Duration = Duration::from_millis(100);
/// A check that was begun longer ago, and that nobody waited for, is made anew.
const STALE: Duration = Duration::from_secs(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Open,
    Closed,
    Unknown,
}

type Check = (Instant, Shared<BoxFuture<'static, Verdict>>);

/// The checks of keys that are under way: two thousand subscribers with one key ask once, not two thousand times.
#[derive(Clone, Default)]
pub(super) struct Checks(Arc<Mutex<HashMap<(Uuid, Audience), Check>>>);

impl Checks {
    async fn verdict(&self, session: &Session) -> Verdict {
        let caller = session.caller();
        let who = (caller.key_id, Audience::of(caller));
        let check = {
            let mut under_way = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            match under_way.get(&who) {
                Some((since, check)) if since.elapsed() < STALE => check.clone(),
                _ => {
                    let check = check(session.clone()).boxed().shared();
                    under_way.insert(who.clone(), (Instant::now(), check.clone()));
                    check
                }
            }
        };
        let verdict = check.await;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&who);
        verdict
    }
}

async fn check(session: Session) -> Verdict {
    match session.still_holds().await {
        Ok(true) => Verdict::Open,
        Ok(false) => Verdict::Closed,
        Err(_) => Verdict::Unknown,
    }
}

/// Looks, before something is shown, whether the caller may still see it.
pub(super) struct Door {
    session: Session,
    checks: Checks,
    checked: Option<Instant>,
}

impl Door {
    pub(super) fn new(session: Session, checks: Checks) -> Self {
        Self { session, checks, checked: None }
    }

    /// Before what has just come is shown: always looks.
    pub(super) async fn pass(&mut self) -> Result<(), Fault> {
        match self.checks.verdict(&self.session).await {
            Verdict::Open => {
                self.checked = Some(Instant::now());
                Ok(())
            }
            Verdict::Closed => Err(Fault::Revoked),
            Verdict::Unknown => Err(Fault::Unavailable { message: UNCHECKED }),
        }
    }

    /// Before the rest of it is shown: looks again where the client took its time.
    pub(super) async fn pass_again(&mut self) -> Result<(), Fault> {
        if self.checked.is_some_and(|checked| checked.elapsed() < HOLDS) {
            return Ok(());
        }
        self.pass().await
    }
}

const UNCHECKED: &str = "keys cannot be checked now; connect again in a moment, with your last cursor";
