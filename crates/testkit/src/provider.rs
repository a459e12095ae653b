//! A small identity provider (OpenID Connect): signs its tokens with ES256, checks codes and proof keys as a real one
//! does, and plays tricks when it is told to. It keeps to the standards and to nothing of ours.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::{Form, Query, State};
use axum::http::header::{AUTHORIZATION, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use ring::{digest, hmac};
use serde::Deserialize;
use serde_json::{Value, json};

/// The name under which it knows the node.
pub const CLIENT: &str = "townhall";
/// The secret beside it.
pub const SECRET: &str = "simulator: secret/1";
/// The only address to which it sends people.
pub const REDIRECT: &str = "http://town.example/sign-in/provider/answer";

/// What it does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Trick {
    /// Nothing.
    #[default]
    None,
    /// The token repeats another nonce.
    OtherNonce,
    /// The token repeats no nonce.
    NoNonce,
    /// The token is for another client.
    ForeignAudience,
    /// The token is for this client and another one.
    SharedAudience,
    /// The token was issued to another party.
    OtherParty,
    /// The token names another issuer.
    ForeignIssuer,
    /// The token ended a minute ago.
    Expired,
    /// The token lasts, and was issued an hour ago.
    Stale,
    /// The token is not signed: algorithm `none`.
    Unsigned,
    /// HS256, and the key is what everybody can read: the public key.
    SignedWithPublicKey,
    /// HS256 with the client's secret, which the standard allows.
    SignedWithSecret,
    /// ES256 with a key that it does not publish, under the name of one that it does.
    SignedWithOtherKey,
    /// The payload was changed after it was signed.
    Altered,
    /// The digest of the access token is another one's.
    OtherAccessToken,
    /// There is an access token and no identity token.
    NoToken,
    /// It lets nobody through.
    Declines,
    /// It names another provider in the address (RFC 9207).
    NamesAnother,
    /// Every request is answered by 503.
    Down,
    /// Only the exchange of the code is answered by 503.
    DownForCodes,
}

struct Key {
    name: String,
    pair: EcdsaKeyPair,
}

impl Key {
    fn new(name: &str) -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).expect("random bytes");
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).expect("a key");
        Self {
            name: name.to_owned(),
            pair,
        }
    }

    /// The point without its leading byte: 32 bytes x, 32 bytes y.
    fn point(&self) -> &[u8] {
        &self.pair.public_key().as_ref()[1..]
    }

    fn public(&self) -> Value {
        let (x, y) = self.point().split_at(32);
        json!({
            "kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256", "kid": self.name,
            "x": encoded(x), "y": encoded(y),
        })
    }

    fn sign(&self, text: &str) -> Vec<u8> {
        let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes());
        signature.expect("random bytes").as_ref().to_vec()
    }
}

/// Somebody who was sent here and went back with a code.
struct Granted {
    subject: String,
    nonce: String,
    challenge: String,
}

struct World {
    issuer: String,
    key: Key,
    subject: String,
    trick: Trick,
    codes: BTreeMap<String, Granted>,
    given: u32,
    requests: BTreeMap<&'static str, u32>,
}

/// The provider; a handle that can be cloned.
#[derive(Clone)]
pub struct ProviderSimulator {
    world: Arc<Mutex<World>>,
}

impl Default for ProviderSimulator {
    fn default() -> Self {
        let world = World {
            issuer: String::new(),
            key: Key::new("key-1"),
            subject: "sub-1".to_owned(),
            trick: Trick::None,
            codes: BTreeMap::new(),
            given: 0,
            requests: BTreeMap::new(),
        };
        Self {
            world: Arc::new(Mutex::new(world)),
        }
    }
}

impl ProviderSimulator {
    /// Starts it on a free port of 127.0.0.1; its issuer.
    ///
    /// # Panics
    /// When there is no port.
    pub async fn start(&self) -> String {
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await;
        let listener = listener.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let issuer = format!("http://{address}/realms/office");
        self.world().issuer.clone_from(&issuer);
        let router = self.router();
        tokio::spawn(async move { axum::serve(listener, router).await });
        issuer
    }

    /// Who is signed in there from now on.
    pub fn is(&self, subject: &str) {
        subject.clone_into(&mut self.world().subject);
    }

    /// Plays a trick until it is told otherwise.
    pub fn plays(&self, trick: Trick) {
        self.world().trick = trick;
    }

    /// Signs with a new key from now on, and publishes only that.
    pub fn changes_key(&self) {
        let mut world = self.world();
        world.key = Key::new(&format!("{}+", world.key.name));
    }

    /// How often a part was asked: `discovery`, `jwks`, `authorize`, `token`.
    pub fn asked(&self, part: &'static str) -> u32 {
        self.world().requests.get(part).copied().unwrap_or(0)
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a request; the trick that is played, or that there is no answer.
    fn enter(&self, part: &'static str) -> Result<Trick, StatusCode> {
        let mut world = self.world();
        *world.requests.entry(part).or_default() += 1;
        let is_down = world.trick == Trick::Down || (world.trick == Trick::DownForCodes && part == "token");
        if is_down {
            return Err(StatusCode::SERVICE_UNAVAILABLE);
        }
        Ok(world.trick)
    }

    fn router(&self) -> Router {
        Router::new()
            .route("/realms/office/.well-known/openid-configuration", get(discovery))
            .route("/realms/office/jwks", get(jwks))
            .route("/realms/office/authorize", get(authorize))
            .route("/realms/office/token", post(token))
            .with_state(self.clone())
    }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

async fn discovery(State(provider): State<ProviderSimulator>) -> Result<Json<Value>, StatusCode> {
    provider.enter("discovery")?;
    let issuer = provider.world().issuer.clone();
    Ok(Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
        "authorization_response_iss_parameter_supported": true,
    })))
}

async fn jwks(State(provider): State<ProviderSimulator>) -> Result<Json<Value>, StatusCode> {
    provider.enter("jwks")?;
    Ok(Json(json!({ "keys": [provider.world().key.public()] })))
}

#[derive(Deserialize)]
struct Asked {
    response_type: String,
    client_id: String,
    redirect_uri: String,
    scope: String,
    state: String,
    nonce: String,
    code_challenge: String,
    code_challenge_method: String,
}

/// Somebody who is signed in here already comes by and goes back at once.
async fn authorize(
    State(provider): State<ProviderSimulator>,
    Query(asked): Query<Asked>,
) -> Result<Response, Response> {
    let trick = provider.enter("authorize").map_err(IntoResponse::into_response)?;
    let is_right = asked.response_type == "code"
        && asked.client_id == CLIENT
        && asked.redirect_uri == REDIRECT
        && asked.scope.split(' ').any(|word| word == "openid")
        && asked.code_challenge_method == "S256"
        && asked.code_challenge.len() == 43;
    if !is_right {
        return Err((StatusCode::BAD_REQUEST, "this request is not as agreed").into_response());
    }
    let mut world = provider.world();
    let back = if trick == Trick::Declines {
        format!("{REDIRECT}?error=access_denied&state={}", asked.state)
    } else {
        world.given += 1;
        let code = format!("code-{}", world.given);
        let granted = Granted {
            subject: world.subject.clone(),
            nonce: asked.nonce,
            challenge: asked.code_challenge,
        };
        world.codes.insert(code.clone(), granted);
        let issuer = if trick == Trick::NamesAnother {
            "https://other.example"
        } else {
            &world.issuer
        };
        let issuer = issuer.replace(':', "%3A").replace('/', "%2F");
        format!("{REDIRECT}?code={code}&state={}&iss={issuer}", asked.state)
    };
    Ok((StatusCode::FOUND, [(LOCATION, back)]).into_response())
}

#[derive(Deserialize)]
struct Exchange {
    grant_type: String,
    code: String,
    redirect_uri: String,
    code_verifier: String,
}

async fn token(
    State(provider): State<ProviderSimulator>,
    headers: HeaderMap,
    Form(exchange): Form<Exchange>,
) -> Result<Json<Value>, Response> {
    let trick = provider.enter("token").map_err(IntoResponse::into_response)?;
    let refuse = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    if !is_client(&headers) {
        return Err((
            StatusCode::UNAUTHORIZED,
            Json(json!({ "error": "invalid_client" })),
        )
            .into_response());
    }
    if exchange.grant_type != "authorization_code" || exchange.redirect_uri != REDIRECT {
        return Err(refuse("invalid_request"));
    }
    let mut world = provider.world();
    let granted = world.codes.remove(&exchange.code);
    let granted = granted.filter(|granted| {
        let hash = digest::digest(&digest::SHA256, exchange.code_verifier.as_bytes());
        encoded(hash.as_ref()) == granted.challenge
    });
    let Some(granted) = granted else {
        return Err(refuse("invalid_grant"));
    };
    let access = format!("access-{}", world.given);
    let mut answer = json!({ "access_token": access, "token_type": "Bearer", "expires_in": 300 });
    if trick != Trick::NoToken {
        let now = townhall_app::clock::real_now().as_second();
        answer["id_token"] = json!(id_token(&world, &granted, &access, trick, now));
    }
    Ok(Json(answer))
}

/// RFC 6749, section 2.3.1: both parts are encoded as in a form before they are joined.
fn is_client(headers: &HeaderMap) -> bool {
    let sent = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|value| STANDARD.decode(value).ok());
    let wanted = format!("{CLIENT}:simulator%3A+secret%2F1");
    sent.as_deref() == Some(wanted.as_bytes())
}

fn id_token(world: &World, granted: &Granted, access: &str, trick: Trick, now: i64) -> String {
    let digest_of = |text: &str| {
        let hash = digest::digest(&digest::SHA256, text.as_bytes());
        encoded(&hash.as_ref()[..16])
    };
    let mut claims = json!({
        "iss": world.issuer,
        "sub": granted.subject,
        "aud": CLIENT,
        "azp": CLIENT,
        "iat": now,
        "exp": now + 300,
        "nonce": granted.nonce,
        "at_hash": digest_of(access),
        // Never looked at: both change hands.
        "email": "admin@thuanan.example.vn",
        "preferred_username": "admin",
    });
    match trick {
        Trick::OtherNonce => claims["nonce"] = json!("another"),
        Trick::NoNonce => drop(claims.as_object_mut().map(|claims| claims.remove("nonce"))),
        Trick::ForeignAudience => claims["aud"] = json!("another-client"),
        Trick::SharedAudience => claims["aud"] = json!([CLIENT, "another-client"]),
        Trick::OtherParty => claims["azp"] = json!("another-client"),
        Trick::ForeignIssuer => claims["iss"] = json!("https://other.example"),
        Trick::Expired => {
            claims["iat"] = json!(now - 360);
            claims["exp"] = json!(now - 60);
        }
        Trick::Stale => {
            claims["iat"] = json!(now - 3_600);
            claims["exp"] = json!(now + 3_600);
        }
        Trick::OtherAccessToken => claims["at_hash"] = json!(digest_of("another")),
        _ => {}
    }
    let head = |algorithm: &str| json!({ "alg": algorithm, "typ": "JWT", "kid": world.key.name });
    let signed = |head: Value, claims: &Value, sign: &dyn Fn(&str) -> Vec<u8>| {
        let text = format!(
            "{}.{}",
            encoded(head.to_string().as_bytes()),
            encoded(claims.to_string().as_bytes())
        );
        let signature = sign(&text);
        format!("{text}.{}", encoded(&signature))
    };
    let with_secret = |secret: &[u8], text: &str| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
    };
    match trick {
        Trick::Unsigned => signed(json!({ "alg": "none", "typ": "JWT" }), &claims, &|_| Vec::new()),
        Trick::SignedWithPublicKey => signed(head("HS256"), &claims, &|text| {
            with_secret(world.key.point(), text)
        }),
        Trick::SignedWithSecret => signed(json!({ "alg": "HS256", "typ": "JWT" }), &claims, &|text| {
            with_secret(SECRET.as_bytes(), text)
        }),
        Trick::SignedWithOtherKey => {
            let other = Key::new(&world.key.name);
            signed(head("ES256"), &claims, &|text| other.sign(text))
        }
        Trick::Altered => {
            let token = signed(head("ES256"), &claims, &|text| world.key.sign(text));
            claims["sub"] = json!("sub-of-somebody-else");
            let parts: Vec<&str> = token.split('.').collect();
            format!(
                "{}.{}.{}",
                parts[0],
                encoded(claims.to_string().as_bytes()),
                parts[2]
            )
        }
        _ => signed(head("ES256"), &claims, &|text| world.key.sign(text)),
    }
}
