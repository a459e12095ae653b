//! An authenticator in software: makes passkeys and signs with them as a browser and its device would together.
#![expect(
    clippy::missing_panics_doc,
    reason = "what a test puts together wrongly ends the test"
)]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A browser at one address with a device full of passkeys. Fields are changed to misbehave.
pub struct Authenticator {
    /// The address of the page that asks, as the browser signs it.
    pub origin: String,
    /// Whether the device has verified the person.
    pub verified: bool,
    /// What its counter says next; 0 for a device that does not count.
    pub counter: u32,
    /// Whose passkey it says it is, in place of the true one.
    pub user: Option<Vec<u8>>,
    keys: Vec<Key>,
}

struct Key {
    id: Vec<u8>,
    user: Vec<u8>,
    pair: EcdsaKeyPair,
}

const PRESENT: u8 = 0x01;
const VERIFIED: u8 = 0x04;
const HAS_KEY: u8 = 0x40;

impl Authenticator {
    /// A device without passkeys, at an address such as `http://localhost:8080`.
    pub fn at(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            verified: true,
            counter: 1,
            user: None,
            keys: Vec::new(),
        }
    }

    /// Makes a passkey for the options of `navigator.credentials.create`; gives what a page sends.
    pub fn create(&mut self, options: &Value) -> Value {
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a key");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &random)
            .expect("the key that was just made");
        let mut id = vec![0; 32];
        random.fill(&mut id).expect("random bytes");

        let mut data = self.data(text(&options["rp"]["id"]), HAS_KEY);
        data.extend([0; 16]);
        data.extend(u16::try_from(id.len()).expect("a short id").to_be_bytes());
        data.extend(&id);
        let point = pair.public_key().as_ref();
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point[33..65]);

        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).expect("a short record"));
        object.extend(data);
        let client = self.client_data("webauthn.create", options);
        let made = json!({
            "id": encoded(&id), "rawId": encoded(&id), "type": "public-key", "extensions": {},
            "response": { "attestationObject": encoded(&object), "clientDataJSON": encoded(&client) },
        });
        let user = decoded(&options["user"]["id"]);
        self.keys.push(Key { id, user, pair });
        self.count();
        made
    }

    /// Signs with the newest passkey that the options of `navigator.credentials.get` allow; gives what a page sends.
    pub fn get(&mut self, options: &Value) -> Value {
        let allowed: Vec<Vec<u8>> = options["allowCredentials"]
            .as_array()
            .map(|list| list.iter().map(|one| decoded(&one["id"])).collect())
            .unwrap_or_default();
        let fits = |key: &&Key| allowed.is_empty() || allowed.contains(&key.id);
        let key = self
            .keys
            .iter()
            .rev()
            .find(fits)
            .expect("a passkey that is asked for");
        let data = self.data(text(&options["rpId"]), 0);
        let client = self.client_data("webauthn.get", options);
        let mut signed = data.clone();
        signed.extend(Sha256::digest(&client));
        let signature = key.pair.sign(&SystemRandom::new(), &signed).expect("a signature");
        let shown = json!({
            "id": encoded(&key.id), "rawId": encoded(&key.id), "type": "public-key", "extensions": {},
            "response": {
                "authenticatorData": encoded(&data), "clientDataJSON": encoded(&client),
                "signature": encoded(signature.as_ref()),
                "userHandle": encoded(self.user.as_deref().unwrap_or(&key.user)),
            },
        });
        self.count();
        shown
    }

    fn count(&mut self) {
        if self.counter > 0 {
            self.counter += 1;
        }
    }

    fn data(&self, domain: &str, more: u8) -> Vec<u8> {
        let mut data = Sha256::digest(domain.as_bytes()).to_vec();
        data.push(PRESENT | more | if self.verified { VERIFIED } else { 0 });
        data.extend(self.counter.to_be_bytes());
        data
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({
            "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text in the options")
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decoded(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD
        .decode(text(value))
        .expect("base64url in the options")
}
