//! Tokens: of a provider that this test plays, good and bad ones, and of an independent one.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use ledgerdesk_api::graphql::caller::Role;
use ledgerdesk_infrastructure::{
    auth::{FrontEnd, Oidc, OidcSettings, RoleId},
    clock::{Clock as _, SystemClock},
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::office::Office;

/// A provider that publishes keys and counts how often it is asked for them.
pub(crate) struct Provider {
    pub(crate) issuer: String,
    keys: Arc<Mutex<Vec<Value>>>,
    asked: Arc<Mutex<usize>>,
}

/// A key of a provider.
pub(crate) struct Key {
    kid: &'static str,
    private: EncodingKey,
    public: Vec<u8>,
}

impl Key {
    pub(crate) fn new(kid: &'static str) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        let public = pair.public_key().as_ref().to_vec();
        Self { kid, private: EncodingKey::from_ec_der(document.as_ref()), public }
    }

    fn published(&self) -> Value {
        let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&self.public[range]);
        json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid,
            "x": part(1..33), "y": part(33..65) })
    }

    pub(crate) fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.kid.to_owned()), ..Header::new(Algorithm::ES256) };
        encode(&header, claims, &self.private).unwrap()
    }
}

impl Provider {
    pub(crate) async fn start(keys: &[&Key]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let keys = Arc::new(Mutex::new(keys.iter().map(|key| key.published()).collect::<Vec<_>>()));
        let asked = Arc::new(Mutex::new(0));
        let (published, counted, itself) = (Arc::clone(&keys), Arc::clone(&asked), issuer.clone());
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let mut request = vec![0; 4096];
                let read = socket.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                let body = if request.contains("/.well-known/openid-configuration") {
                    json!({ "issuer": itself, "jwks_uri": format!("{itself}/keys") })
                } else {
                    *counted.lock().unwrap() += 1;
                    json!({ "keys": published.lock().unwrap().clone() })
                };
                let body = body.to_string();
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        Self { issuer, keys, asked }
    }

    pub(crate) fn settings(&self) -> OidcSettings {
        OidcSettings {
            issuer: self.issuer.clone(),
            audience: "ledgerdesk".to_owned(),
            role_claim: "realm_access.roles".to_owned(),
            roles: vec![("desk".to_owned(), RoleId::System(Role::Manager))],
            workspace_claim: None,
            workspace: None,
            manager_claim: None,
            clock_skew: Duration::from_secs(30),
            refetch: Duration::ZERO,
        }
    }

    /// Claims that are right, `lasting` seconds.
    pub(crate) fn claims(&self, subject: &str, lasting: i64) -> Value {
        let now = SystemClock.now().timestamp();
        json!({ "iss": self.issuer, "aud": "ledgerdesk", "sub": subject, "iat": now - 1, "nbf": now - 1,
            "exp": now + lasting, "realm_access": { "roles": ["desk"] } })
    }
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

#[tokio::test]
async fn a_good_token_opens_what_its_claims_say_and_no_bad_one_opens_anything() {
    let office = Office::open().await;
    office.caller(Role::Owner).await;
    let (key, foreign) = (Key::new("one"), Key::new("one"));
    let provider = Provider::start(&[&key]).await;
    let settings = OidcSettings { workspace: Some(office.node.workspace), ..provider.settings() };
    let door = office.admission(Some(Oidc::new(settings).unwrap()), None);
    let claims = provider.claims("alice", 300);
    let good = key.sign(&claims);
    let alice = door.admit(&good).await.unwrap().expect("a good token opens");
    assert_eq!(alice.access, Role::Manager.into());
    assert_eq!(alice.workspace_id, office.node.workspace);
    let expires = alice.expires_at.unwrap().timestamp();
    assert_eq!(json!(expires), claims["exp"]);

    let now = SystemClock.now().timestamp();
    let unsigned = |header: &Value| {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.", part(header), part(&claims))
    };
    let shared_secret = |secret: &[u8]| {
        let header = Header { kid: Some("one".to_owned()), ..Header::new(Algorithm::HS256) };
        encode(&header, &claims, &EncodingKey::from_secret(secret)).unwrap()
    };
    let (head, signature) = (good.split('.').next().unwrap(), good.rsplit('.').next().unwrap());
    let promoted = with(claims.clone(), "realm_access", json!({ "roles": ["desk", "lead"] }));
    let forged = format!("{head}.{}.{signature}", URL_SAFE_NO_PAD.encode(promoted.to_string()));
    let mut without_end = claims.clone();
    without_end.as_object_mut().unwrap().remove("exp");
    let mut without_audience = claims.clone();
    without_audience.as_object_mut().unwrap().remove("aud");
    let bad = [
        ("expired", key.sign(&with(claims.clone(), "exp", json!(now - 31)))),
        ("not yet in force", key.sign(&with(claims.clone(), "nbf", json!(now + 60)))),
        ("made in the future", key.sign(&with(claims.clone(), "iat", json!(now + 60)))),
        ("without an end", key.sign(&without_end)),
        ("an end that is a text", key.sign(&with(claims.clone(), "exp", json!("9999999999")))),
        ("a beginning that is a text", key.sign(&with(claims.clone(), "nbf", json!("9999999999")))),
        ("for another audience", key.sign(&with(claims.clone(), "aud", json!("another")))),
        ("for no audience", key.sign(&without_audience)),
        ("of another issuer", key.sign(&with(claims.clone(), "iss", json!("http://127.0.0.1:1")))),
        ("of nobody", key.sign(&with(claims.clone(), "sub", json!("")))),
        ("signed with another key of this name", foreign.sign(&claims)),
        ("changed after it was signed", forged),
        ("alg none", unsigned(&json!({ "alg": "none", "typ": "JWT" }))),
        ("alg None", unsigned(&json!({ "alg": "None", "kid": "one" }))),
        ("unsigned", unsigned(&json!({ "alg": "ES256", "kid": "one" }))),
        ("HMAC with the public key", shared_secret(&key.public)),
        ("HMAC with the published key", shared_secret(key.published().to_string().as_bytes())),
        ("nonsense", "a.b.c".to_owned()),
        ("empty parts", "..".to_owned()),
        ("endless", format!("{}.{}.x", "A".repeat(100_000), "B".repeat(100_000))),
    ];
    for (what, token) in bad {
        assert!(door.admit(&token).await.unwrap().is_none(), "{what}");
    }
    // A token without a role that is known here is let in to accept an invitation, and to nothing else.
    let nobody = with(claims.clone(), "realm_access", json!({ "roles": ["stranger"] }));
    let nobody = door.admit(&key.sign(&with(nobody, "sub", json!("bob")))).await.unwrap().unwrap();
    assert!(nobody.access.permissions.is_empty());
    let nobody = Office::admitted(nobody);
    assert_eq!(office.codes(&nobody, "{ consultations { totalCount } }").await, ["FORBIDDEN"]);
    assert!(office.codes(&nobody, "{ me { roleName } }").await.is_empty());
    office.close().await;
}

#[tokio::test]
async fn keys_that_rotate_are_found_and_unknown_ones_are_not_asked_for_all_the_time() {
    let office = Office::open().await;
    let (one, two, never) = (Key::new("one"), Key::new("two"), Key::new("never"));
    let provider = Provider::start(&[&one]).await;
    let settings = OidcSettings { workspace: Some(office.node.workspace), ..provider.settings() };
    let now = || SystemClock.now();
    let oidc = Oidc::new(settings.clone()).unwrap();
    let patient = Oidc::new(OidcSettings { refetch: Duration::from_hours(1), ..settings.clone() }).unwrap();
    let claims = provider.claims("alice", 300);
    for oidc in [&oidc, &patient] {
        assert!(oidc.believe(&one.sign(&claims), now()).await.unwrap().is_some());
        assert!(oidc.believe(&two.sign(&claims), now()).await.unwrap().is_none());
    }
    *provider.keys.lock().unwrap() = vec![two.published(), json!({ "kty": "new", "kid": "unheard-of" })];
    assert!(oidc.believe(&two.sign(&claims), now()).await.unwrap().is_some(), "the new key is found");
    assert!(oidc.believe(&one.sign(&claims), now()).await.unwrap().is_none(), "the old one is gone");
    let before = *provider.asked.lock().unwrap();
    for _ in 0..50 {
        assert!(patient.believe(&never.sign(&claims), now()).await.unwrap().is_none());
    }
    assert_eq!(*provider.asked.lock().unwrap(), before, "it was asked for its keys again and again");
    // A provider that is not there is a fault that passes, not a wrong token.
    let gone = OidcSettings { issuer: "http://127.0.0.1:1".to_owned(), ..settings };
    let refused = Oidc::new(gone).unwrap().believe(&one.sign(&claims), now()).await.unwrap_err();
    assert_eq!(refused.code(), "provider_unavailable");
    office.close().await;
}

#[tokio::test]
async fn sessions_are_listed_and_can_be_ended() {
    let office = Office::open().await;
    let owner = office.caller(Role::Owner).await;
    let key = Key::new("one");
    let provider = Provider::start(&[&key]).await;
    let settings = OidcSettings { workspace: Some(office.node.workspace), ..provider.settings() };
    let door = office.admission(Some(Oidc::new(settings.clone()).unwrap()), None);
    let claims = provider.claims("alice", 300);
    let token = key.sign(&claims);
    let alice = door.admit(&token).await.unwrap().unwrap();
    assert_eq!(door.admit(&token).await.unwrap().unwrap().id, alice.id);
    let query = "{ sessions { nodes { id issuer subject firstSeenAt lastSeenAt revokedAt } } }";
    let listed = office.ask(&owner, query).await["sessions"]["nodes"].take();
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!((&listed[0]["subject"], &listed[0]["issuer"]), (&json!("alice"), &json!(provider.issuer)));
    assert!(!listed[0]["firstSeenAt"].is_null() && listed[0]["revokedAt"].is_null());
    let neighbour = office.neighbour().await;
    let stranger = office.caller_in(neighbour, Role::Owner).await;
    let end = json!({ "sessionId": listed[0]["id"] });
    assert_eq!(office.refusal(&stranger, "revokeSession", end.clone()).await, "session_not_found");
    assert_eq!(office.ask(&stranger, query).await["sessions"]["nodes"], json!([]));
    assert_eq!(office.refusal(&owner, "revokeSession", end).await, "");
    // Another node, or this one after two seconds.
    let fresh = office.admission(Some(Oidc::new(settings).unwrap()), None);
    assert!(fresh.admit(&token).await.unwrap().is_none());
    ledgerdesk_tests::wait_until("this node has noticed", async || {
        door.admit(&token).await.unwrap().is_none()
    })
    .await;
    // Whoever signs in again is let in again.
    let later = SystemClock.now().timestamp() + 20;
    let again = key.sign(&with(claims, "iat", json!(later)));
    assert_eq!(fresh.admit(&again).await.unwrap().unwrap().id, alice.id);
    office.close().await;
}

#[tokio::test]
async fn a_front_end_with_the_secret_has_its_role_and_nobody_else_has_it() {
    let office = Office::open().await;
    office.caller(Role::Owner).await;
    let secret = "0123456789abcdef0123456789abcdef";
    let door = office.admission(None, Some(FrontEnd::new(secret, RoleId::System(Role::Analyst))));
    let front_end = door.admit(secret).await.unwrap().unwrap();
    assert_eq!((front_end.access, front_end.workspace_id), (Role::Analyst.into(), office.node.workspace));
    for text in ["", "0123456789abcdef0123456789abcdee", &secret[1..], "a.b.c"] {
        assert!(door.admit(text).await.unwrap().is_none(), "{text}");
    }
    assert!(office.admission(None, None).admit(secret).await.unwrap().is_none());
    office.close().await;
}

/// Serves on a free port until its input ends.
const SERVE: &str = "
import sys, oidc_provider_mock
with oidc_provider_mock.run_server_in_thread() as server:
    print(server.server_port, flush=True)
    sys.stdin.read()
";

/// A Python that has the provider, installed once below `target`.
fn python() -> Option<std::path::PathBuf> {
    let place = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/oidc-provider");
    let python = place.join("bin/python");
    let has = |python: &std::path::Path| {
        Command::new(python)
            .args(["-c", "import oidc_provider_mock"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    if !has(&python) {
        let made = Command::new("python3").args(["-m", "venv"]).arg(&place).output().ok()?;
        let installed = Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "oidc-provider-mock==0.3.4"])
            .output()
            .ok()?;
        if !made.status.success() || !installed.status.success() {
            return None;
        }
    }
    has(&python).then_some(python)
}

#[tokio::test]
async fn an_independent_providers_token_is_believed() {
    let Some(python) = python() else {
        ledgerdesk_tests::skipped("the independent OpenID Connect provider", "oidc-provider-mock from PyPI");
        return;
    };
    let office = Office::open().await;
    let mut served = Command::new(python)
        .args(["-c", SERVE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut port = String::new();
    BufReader::new(served.stdout.take().unwrap()).read_line(&mut port).unwrap();
    let issuer = format!("http://localhost:{}", port.trim());
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let user = json!({ "email": "alice@example.org", "email_verified": true, "groups": ["desk"] });
    client.put(format!("{issuer}/users/alice")).json(&user).send().await.unwrap().error_for_status().unwrap();
    let form = "application/x-www-form-urlencoded";
    let asked = "client_id=ledgerdesk&redirect_uri=http%3A%2F%2Flocalhost%2Fback&response_type=code&scope=openid+email";
    let sent = client
        .post(format!("{issuer}/oauth2/authorize?{asked}"))
        .header("content-type", form)
        .body("sub=alice");
    let answer = sent.send().await.unwrap();
    let location = answer.headers()["location"].to_str().unwrap().to_owned();
    let code = location.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let body = format!(
        "grant_type=authorization_code&code={code}&client_id=ledgerdesk&client_secret=any&redirect_uri=http%3A%2F%2Flocalhost%2Fback"
    );
    let sent = client.post(format!("{issuer}/oauth2/token")).header("content-type", form).body(body);
    let tokens: Value = sent.send().await.unwrap().json().await.unwrap();
    // Its access tokens are opaque; what it signs is the token of who signed in, for its client.
    let token = tokens["id_token"].as_str().unwrap();
    let base = Provider { issuer: issuer.clone(), keys: Arc::default(), asked: Arc::default() }.settings();
    let settings =
        OidcSettings { workspace: Some(office.node.workspace), role_claim: "groups".to_owned(), ..base };
    let door = office.admission(Some(Oidc::new(settings.clone()).unwrap()), None);
    let alice = door.admit(token).await.unwrap().expect("its token opens");
    assert_eq!(alice.access, Role::Manager.into());
    let other = OidcSettings { audience: "another".to_owned(), ..settings };
    let other = office.admission(Some(Oidc::new(other).unwrap()), None);
    assert!(other.admit(token).await.unwrap().is_none(), "it is for somebody else");
    drop(served.stdin.take());
    served.wait().unwrap();
    office.close().await;
}
