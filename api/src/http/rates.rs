//! How much one key may ask for in a minute: requests, and cost as the guard weighs it.
//!
//! Both are buckets that fill continuously, so that a pause is credited and nobody has to wait for a full minute.
//! What is kept for a key is one number, and it is dropped once the bucket is full again.

use std::{
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::HashMapStateStore,
};
use uuid::Uuid;

use super::{
    auth::Session,
    error::{HttpError, whole_seconds},
    state::SharedState,
};

const MINUTE: Duration = Duration::from_mins(1);

/// After so many looks the buckets that are full again are dropped.
const LOOKS_BETWEEN_SWEEPS: u64 = 4_096;

/// The limits of every key on this node. Cheap to clone.
#[derive(Clone, Default)]
pub struct Rates {
    requests: Option<Arc<Meter>>,
    cost: Option<Arc<Meter>>,
}

impl Rates {
    /// So many requests and so much cost in a minute for each key; none for no limit.
    pub fn per_minute(requests: Option<NonZeroU32>, cost: Option<NonZeroU32>) -> Self {
        let meter = |limit| Arc::new(Meter::new(limit, &DefaultClock::default()));
        Self { requests: requests.map(meter), cost: cost.map(meter) }
    }

    /// Counts one request.
    pub(crate) fn request(&self, session: &Session) -> Result<Option<Standing>, HttpError> {
        let Some(meter) = &self.requests else { return Ok(None) };
        meter.take(session.caller().key_id, NonZeroU32::MIN).map(Some).map_err(|refused| {
            let limit = meter.limit;
            HttpError::rate_limited(
                format!("this key may send {limit} requests in a minute; wait for `retryAfterMs`"),
                refused.after,
            )
        })
    }

    /// Charges the cost of one operation.
    pub(crate) fn charge(&self, session: &Session, cost: u64) -> Result<Option<Standing>, HttpError> {
        let Some(meter) = &self.cost else { return Ok(None) };
        let units = NonZeroU32::new(u32::try_from(cost).unwrap_or(u32::MAX)).unwrap_or(NonZeroU32::MIN);
        meter.take(session.caller().key_id, units).map(Some).map_err(|refused| {
            let limit = meter.limit;
            let message = match refused.after {
                Some(_) => format!(
                    "the operation costs {cost} and this key may spend {limit} in a minute; wait for \
                     `retryAfterMs`, or ask for smaller pages"
                ),
                None => format!(
                    "the operation costs {cost} and this key may spend {limit} in a minute; ask for smaller pages"
                ),
            };
            HttpError::rate_limited(message, refused.after)
        })
    }
}

/// How a bucket stands after something was taken from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    /// What a full bucket holds: the most in a minute.
    pub(crate) limit: u32,
    /// What is left.
    pub(crate) remaining: u32,
}

impl Standing {
    /// Until the bucket is full again.
    fn full_in(self) -> Duration {
        let missing = self.limit.saturating_sub(self.remaining);
        MINUTE.mul_f64(f64::from(missing) / f64::from(self.limit.max(1)))
    }
}

/// Refused; `after` is when it will do, or nothing if it never will.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Refused {
    after: Option<Duration>,
}

/// The buckets of one kind, by key.
struct Meter<C: Clock + Clone = DefaultClock> {
    limit: NonZeroU32,
    limiter: RateLimiter<Uuid, HashMapStateStore<Uuid>, C, StateInformationMiddleware>,
    clock: C,
    looks: AtomicU64,
}

impl<C: Clock + Clone> Meter<C> {
    fn new(limit: NonZeroU32, clock: &C) -> Self {
        let limiter = RateLimiter::new(Quota::per_minute(limit), HashMapStateStore::default(), clock.clone());
        Self { limit, limiter, clock: clock.clone(), looks: AtomicU64::new(1) }
    }

    fn take(&self, key: Uuid, units: NonZeroU32) -> Result<Standing, Refused> {
        if self.looks.fetch_add(1, Ordering::Relaxed).is_multiple_of(LOOKS_BETWEEN_SWEEPS) {
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
        match self.limiter.check_key_n(&key, units) {
            Ok(Ok(left)) => {
                Ok(Standing { limit: self.limit.get(), remaining: left.remaining_burst_capacity() })
            }
            Ok(Err(later)) => Err(Refused { after: Some(later.wait_time_from(self.clock.now())) }),
            Err(_) => Err(Refused { after: None }),
        }
    }
}

/// What the charge left, for the headers of the answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Charged(pub(crate) Standing);

/// Counts each request before its body is read, and tells in `RateLimit` and `RateLimit-Policy` how the key stands.
pub(crate) async fn limit(State(state): State<SharedState>, request: Request, next: Next) -> Response {
    let Some(session) = request.extensions().get::<Session>() else { return next.run(request).await };
    match state.rates.request(session) {
        Ok(standing) => {
            let mut response = next.run(request).await;
            let charged = response.extensions().get::<Charged>().map(|charged| charged.0);
            tell(response.headers_mut(), standing, charged);
            response
        }
        Err(error) => {
            let mut response = error.into_response();
            let empty = state
                .rates
                .requests
                .as_ref()
                .map(|meter| Standing { limit: meter.limit.get(), remaining: 0 });
            tell(response.headers_mut(), empty, None);
            response
        }
    }
}

fn tell(headers: &mut HeaderMap, requests: Option<Standing>, cost: Option<Standing>) {
    let known = [("requests", requests), ("cost", cost)];
    let known = known.into_iter().filter_map(|(name, standing)| Some((name, standing?)));
    let (mut policies, mut standings) = (Vec::new(), Vec::new());
    for (name, standing) in known {
        policies.push(format!("\"{name}\";q={};w={}", standing.limit, MINUTE.as_secs()));
        standings.push(format!(
            "\"{name}\";r={};t={}",
            standing.remaining,
            whole_seconds(standing.full_in())
        ));
    }
    for (name, parts) in [("ratelimit-policy", policies), ("ratelimit", standings)] {
        if let (false, Ok(value)) = (parts.is_empty(), HeaderValue::from_str(&parts.join(", "))) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;

    use super::*;

    fn meter(limit: u32, clock: &FakeRelativeClock) -> Meter<FakeRelativeClock> {
        Meter::new(NonZeroU32::new(limit).unwrap(), clock)
    }

    fn take(meter: &Meter<FakeRelativeClock>, key: u128, units: u32) -> Result<u32, Refused> {
        let taken = meter.take(Uuid::from_u128(key), NonZeroU32::new(units).unwrap());
        taken.map(|standing| standing.remaining)
    }

    #[test]
    fn a_key_gets_its_minute_at_once_and_then_what_flows_in() {
        let clock = FakeRelativeClock::default();
        let meter = meter(60, &clock);
        assert_eq!(take(&meter, 1, 59), Ok(1));
        assert_eq!(take(&meter, 1, 1), Ok(0));
        assert_eq!(take(&meter, 1, 1), Err(Refused { after: Some(Duration::from_secs(1)) }));
        assert_eq!(take(&meter, 2, 1), Ok(59), "another key has a bucket of its own");
        clock.advance(Duration::from_secs(10));
        assert_eq!(take(&meter, 1, 10), Ok(0));
        assert_eq!(take(&meter, 1, 5), Err(Refused { after: Some(Duration::from_secs(5)) }));
        clock.advance(Duration::from_hours(1));
        assert_eq!(take(&meter, 1, 1), Ok(59), "a bucket holds no more than a minute");
    }

    #[test]
    fn what_never_fits_is_told_without_a_time() {
        let clock = FakeRelativeClock::default();
        assert_eq!(take(&meter(60, &clock), 1, 61), Err(Refused { after: None }));
    }

    #[test]
    fn keys_that_are_silent_are_forgotten() {
        let clock = FakeRelativeClock::default();
        let meter = meter(60, &clock);
        for key in 0..10_000 {
            take(&meter, key, 1).unwrap();
        }
        assert!(meter.limiter.len() >= 10_000);
        clock.advance(Duration::from_mins(3));
        for _ in 0..LOOKS_BETWEEN_SWEEPS {
            let _ = take(&meter, 1, 1);
        }
        assert!(meter.limiter.len() <= 1, "{} buckets are kept", meter.limiter.len());
    }

    #[test]
    fn the_headers_name_both_limits() {
        let mut headers = HeaderMap::new();
        let requests = Standing { limit: 60, remaining: 45 };
        tell(&mut headers, Some(requests), Some(Standing { limit: 1_000, remaining: 1_000 }));
        assert_eq!(headers["ratelimit-policy"], "\"requests\";q=60;w=60, \"cost\";q=1000;w=60");
        assert_eq!(headers["ratelimit"], "\"requests\";r=45;t=15, \"cost\";r=1000;t=0");
        let mut none = HeaderMap::new();
        tell(&mut none, None, None);
        assert!(none.is_empty());
    }
}
