//! The part of the configuration that leads outside: mail server, text messages, portal, identity provider.

use std::path::Path;
use std::sync::Arc;

use townhall_app::outside::{Carrier, Outlet, Outside, Portal, Provider};
use townhall_carrier::{Authorities, HttpPortal, HttpSms, Security, SmsSettings, Smtp, SmtpSettings};

use super::{Values, secret};

/// Messages a minute when nothing else is said.
const PER_MINUTE: u32 = 30;

/// What leads outside, made ready; nothing is connected yet.
#[derive(Debug, Clone, Default)]
pub struct OutsideConfig {
    /// E-mail.
    pub email: Option<Outlet>,
    /// Text messages.
    pub sms: Option<Outlet>,
    /// The portal.
    pub portal: Option<Arc<dyn Portal>>,
    /// The identity provider.
    pub provider: Option<Provider>,
}

impl OutsideConfig {
    /// For a node with this public address.
    pub fn outside(&self, base: &str) -> Outside {
        Outside {
            base: base.to_owned(),
            email: self.email.clone(),
            sms: self.sms.clone(),
            portal: self.portal.clone(),
            provider: self.provider.clone(),
            inspector: None,
        }
    }

    /// Asks everything that is configured whether it answers and takes us; what it is, and what it said.
    pub fn look(&self) -> Vec<(&'static str, Result<(), String>)> {
        let mut found = Vec::new();
        if let Some(outlet) = &self.email {
            found.push(("the mail server", outlet.carrier.look()));
        }
        if let Some(outlet) = &self.sms {
            found.push(("the text-message service", outlet.carrier.look()));
        }
        if let Some(portal) = &self.portal {
            found.push(("the portal", portal.look().map_err(|error| error.why)));
        }
        if let Some(provider) = &self.provider {
            let looked = provider.door.look().map_err(|error| error.to_string());
            found.push(("the identity provider", looked));
        }
        found
    }
}

impl Values {
    pub(super) fn outside(&mut self) -> OutsideConfig {
        let authorities = self
            .get("authority_file", |text| {
                let pem = std::fs::read_to_string(text).map_err(|error| format!("{text}: {error}"))?;
                Authorities::from_pem(&pem).map_err(|reason| format!("{text}: {reason}"))
            })
            .unwrap_or_default();
        OutsideConfig {
            email: self.smtp(&authorities),
            sms: self.sms(&authorities),
            portal: self.portal(&authorities),
            provider: self.provider(&authorities),
        }
    }

    /// Says of a key that is there that it needs another one beside it.
    pub(super) fn needs(&mut self, key: &str, other: &str) {
        if let (Some(written), None) = (self.values.get(key).cloned(), self.values.get(other)) {
            self.wrong(written.place, format!("`{key}` needs `{other}` beside it"));
        }
    }

    fn smtp(&mut self, authorities: &Authorities) -> Option<Outlet> {
        self.needs("smtp_server", "mail_from");
        self.needs("mail_from", "smtp_server");
        self.needs("smtp_user", "smtp_password_file");
        self.needs("smtp_password_file", "smtp_user");
        let server = self.get("smtp_server", host_and_port);
        let security = self
            .get("smtp_security", str::parse::<Security>)
            .unwrap_or_default();
        let user = self.get("smtp_user", |text| Ok(text.to_owned()));
        let password = self.get("smtp_password_file", |text| secret(Path::new(text)));
        let per_minute = self.number("mail_per_minute", 1, 10_000, PER_MINUTE);
        let (host, port) = server?;
        let login = user.zip(password);
        if security == Security::None && login.is_some() && !is_here(&host) {
            let place = self.values.get("smtp_security")?.place.clone();
            let reason = "`smtp_security`: a password never goes to another machine without TLS";
            self.wrong(place, reason);
            return None;
        }
        let smtp = self.get("mail_from", |from| {
            Smtp::new(&SmtpSettings {
                host: host.clone(),
                port,
                security,
                login: login.clone(),
                from: from.to_owned(),
                authorities: authorities.clone(),
                patience: None,
            })
        })?;
        let carrier: Arc<dyn Carrier> = Arc::new(smtp);
        Some(Outlet { carrier, per_minute })
    }

    fn sms(&mut self, authorities: &Authorities) -> Option<Outlet> {
        self.needs("sms_url", "sms_body");
        self.needs("sms_body", "sms_url");
        let url = self.get("sms_url", address);
        let header = self.get("sms_header", |text| {
            let fits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            fits.then(|| text.to_owned())
                .ok_or_else(|| format!("the name of a header such as x-api-key is wanted, not {text}"))
        });
        let secret = self.get("sms_secret_file", |text| secret(Path::new(text)));
        let per_minute = self.number("sms_per_minute", 1, 10_000, PER_MINUTE);
        let url = url?;
        let sms = self.get("sms_body", |body| {
            HttpSms::new(&SmsSettings {
                url: url.clone(),
                body: body.to_owned(),
                header: header.clone(),
                secret: secret.clone(),
                authorities: authorities.clone(),
                patience: None,
            })
        })?;
        let carrier: Arc<dyn Carrier> = Arc::new(sms);
        Some(Outlet { carrier, per_minute })
    }

    fn portal(&mut self, authorities: &Authorities) -> Option<Arc<dyn Portal>> {
        self.needs("portal_url", "portal_token_file");
        self.needs("portal_token_file", "portal_url");
        let url = self.get("portal_url", address);
        let token = self.get("portal_token_file", |text| secret(Path::new(text)));
        let portal: Arc<dyn Portal> = Arc::new(HttpPortal::new(&url?, &token?, authorities, None));
        Some(portal)
    }
}

fn host_and_port(text: &str) -> Result<(String, Option<u16>), String> {
    let wrong = || format!("a server such as mail.example.vn or mail.example.vn:587 is wanted, not {text}");
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse::<u16>().map_err(|_| wrong())?)),
        None => (text, None),
    };
    let fits = !host.is_empty()
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    if fits {
        Ok((host.to_owned(), port))
    } else {
        Err(wrong())
    }
}

/// An address without a password in it; in the clear only on this machine.
pub(super) fn address(text: &str) -> Result<String, String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest.filter(|rest| !rest.is_empty() && !rest.contains(['@', ' ', '#'])) else {
        return Err(format!(
            "an address such as https://cong.example.vn/api is wanted, not {text}"
        ));
    };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if text.starts_with("http://") && !is_here(name) {
        return Err(format!("{text} is not safe: https is wanted for another machine"));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host == "[::1]" || host.starts_with("127.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_to_another_machine_is_never_in_the_clear() {
        assert!(address("https://sms.example.vn/send?x=1").is_ok());
        assert!(address("http://127.0.0.1:9000").is_ok());
        assert!(address("http://sms.example.vn/send").is_err());
        assert!(address("http://127.0.0.1@sms.example.vn/").is_err());
        assert!(address("sms.example.vn").is_err());
    }

    #[test]
    fn a_mail_server_is_a_name_and_perhaps_a_port() {
        assert_eq!(
            host_and_port("mail.example.vn"),
            Ok(("mail.example.vn".to_owned(), None))
        );
        assert_eq!(
            host_and_port("127.0.0.1:2525"),
            Ok(("127.0.0.1".to_owned(), Some(2525)))
        );
        for wrong in ["", ":25", "mail:port", "smtp://mail", "mail server"] {
            assert!(host_and_port(wrong).is_err(), "{wrong}");
        }
    }
}
