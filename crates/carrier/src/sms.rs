//! Text messages through a service with an HTTP interface: an address, a body with places, a secret.
//!
//! There is no standard among the services; nearly all take a POST with JSON. The body of the configuration is JSON
//! with the places `{to}`, `{text}`, `{id}` inside its texts; a place stands for a text, so nothing that is put in
//! can change the body's shape.

use std::time::Duration;

use serde_json::Value;
use townhall_app::outside::{Carrier, CarryError, Letter};
use ureq::Agent;

use crate::{Authorities, http};

/// Where text messages go.
#[derive(Debug, Clone)]
pub struct SmsSettings {
    /// The address that takes a POST.
    pub url: String,
    /// The body, JSON with places.
    pub body: String,
    /// Name of the header that holds the secret; `authorization` when not given, then with `Bearer ` before it.
    pub header: Option<String>,
    /// The secret.
    pub secret: Option<String>,
    /// Certificates beside the public ones.
    pub authorities: Authorities,
    /// The time for an answer; 20 seconds when not given.
    pub patience: Option<Duration>,
}

/// Hands messages to such a service.
pub struct HttpSms {
    agent: Agent,
    url: String,
    body: Value,
    header: Option<(String, String)>,
}

impl std::fmt::Debug for HttpSms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpSms")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl HttpSms {
    /// Gets ready; nothing is connected yet.
    ///
    /// # Errors
    /// What of the settings cannot be used.
    pub fn new(settings: &SmsSettings) -> Result<Self, String> {
        let body: Value =
            serde_json::from_str(&settings.body).map_err(|error| format!("the body is no JSON: {error}"))?;
        for place in ["{to}", "{text}"] {
            if !settings.body.contains(place) {
                return Err(format!("the body has no {place}"));
            }
        }
        let header = settings.secret.as_ref().map(|secret| match &settings.header {
            Some(name) => (name.clone(), secret.clone()),
            None => ("authorization".to_owned(), format!("Bearer {secret}")),
        });
        Ok(Self {
            agent: http::agent(
                &settings.authorities,
                settings.patience.unwrap_or(Duration::from_secs(20)),
            ),
            url: settings.url.clone(),
            body,
            header,
        })
    }
}

/// Puts the message into the places.
fn filled(body: &Value, letter: &Letter) -> Value {
    match body {
        Value::String(text) => Value::String(fill(text, letter)),
        Value::Array(items) => items.iter().map(|item| filled(item, letter)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), filled(value, letter)))
            .collect(),
        other => other.clone(),
    }
}

/// One pass: what is put in is not looked at again.
fn fill(text: &str, letter: &Letter) -> String {
    let mut out = String::with_capacity(text.len() + letter.text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let id = letter.id.to_string();
        let places = [
            ("{to}", letter.to.as_str()),
            ("{text}", &letter.text),
            ("{id}", &id),
        ];
        if let Some((place, value)) = places.iter().find(|(place, _)| rest.starts_with(place)) {
            out.push_str(value);
            rest = &rest[place.len()..];
        } else {
            out.push('{');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

impl Carrier for HttpSms {
    fn carry(&self, letter: &Letter) -> Result<(), CarryError> {
        let mut request = self
            .agent
            .post(&self.url)
            .header("content-type", "application/json")
            .header("idempotency-key", letter.id.to_string());
        if let Some((name, value)) = &self.header {
            request = request.header(name, value);
        }
        let answer = request
            .send(filled(&self.body, letter).to_string())
            .map_err(|error| CarryError::Later(http::told(&error)))?;
        let status = answer.status().as_u16();
        let why = format!("the text-message service answered {status}");
        match status {
            200..=299 => Ok(()),
            // Wrong secrets and wrong addresses of the service are mended by people of the office, not of the citizen.
            401 | 403 | 404 | 408 | 425 | 429 | 500..=599 => Err(CarryError::Later(why)),
            _ => Err(CarryError::Never(why)),
        }
    }

    fn look(&self) -> Result<(), String> {
        // There is no question that all services understand: that it answers at all must do.
        self.agent
            .get(&self.url)
            .call()
            .map(|_| ())
            .map_err(|error| http::told(&error))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use townhall_domain::ids::{Id, MessageId};

    use super::*;

    #[test]
    fn what_is_put_into_a_place_cannot_change_the_shape_of_the_body() {
        let letter = Letter {
            id: MessageId::from_uuid(uuid::Uuid::nil()),
            to: "\",\"admin\":\"1".to_owned(),
            subject: String::new(),
            text: "{to} {id}".to_owned(),
        };
        let body = json!({ "phone": "84{to}", "sms": [{ "content": "{text}", "type": 2, "ref": "{id}" }], "x": "{}" });
        assert_eq!(
            filled(&body, &letter),
            json!({
                "phone": "84\",\"admin\":\"1",
                "sms": [{ "content": "{to} {id}", "type": 2, "ref": "00000000-0000-0000-0000-000000000000" }],
                "x": "{}"
            })
        );
    }

    #[test]
    fn a_body_that_is_no_json_or_forgets_the_text_is_refused() {
        let settings = |body: &str| SmsSettings {
            url: "http://127.0.0.1:1/".to_owned(),
            body: body.to_owned(),
            header: None,
            secret: None,
            authorities: Authorities::default(),
            patience: None,
        };
        assert!(HttpSms::new(&settings("{")).is_err());
        let told = HttpSms::new(&settings("{\"to\":\"{to}\"}")).expect_err("no text");
        assert_eq!(told, "the body has no {text}");
    }
}
