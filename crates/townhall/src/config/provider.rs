//! The part of the configuration that names an identity provider.

use std::path::Path;
use std::sync::Arc;

use townhall_app::outside::{Provider, SecondFactor};
use townhall_carrier::{Authorities, Oidc, OidcSettings};

use super::outside::address;
use super::{Values, secret};

impl Values {
    pub(super) fn provider(&mut self, authorities: &Authorities) -> Option<Provider> {
        let wanted = ["oidc_issuer", "oidc_client_id", "oidc_client_secret_file"];
        for key in wanted {
            for other in wanted.into_iter().filter(|other| *other != key) {
                self.needs(key, other);
            }
        }
        for key in [
            "oidc_name_vi",
            "oidc_name_en",
            "oidc_scopes",
            "oidc_second_factor",
        ] {
            self.needs(key, "oidc_issuer");
        }
        // The slash at the end belongs to the name of a provider: it is compared letter by letter.
        let issuer = self.get("oidc_issuer", |text| address(text).map(|_| text.to_owned()));
        let client_id = self.get("oidc_client_id", |text| {
            let fits = !text.trim().is_empty() && !text.chars().any(char::is_control);
            fits.then(|| text.to_owned())
                .ok_or_else(|| "the name under which the provider knows this node is wanted".to_owned())
        });
        let client_secret = self.get("oidc_client_secret_file", |text| secret(Path::new(text)));
        let scopes = self.get("oidc_scopes", scopes).unwrap_or_default();
        let second_factor = self
            .get("oidc_second_factor", |text| match text {
                "ours" => Ok(SecondFactor::Ours),
                "provider" => Ok(SecondFactor::Provider),
                _ => Err(format!("ours or provider is wanted, not {text}")),
            })
            .unwrap_or_default();
        let name_vi = self.get("oidc_name_vi", name);
        let name_en = self.get("oidc_name_en", name);
        let (issuer, client_id, client_secret) = (issuer?, client_id?, client_secret?);
        let place = self.values.get("oidc_issuer")?.place.clone();
        let oidc = Oidc::new(&OidcSettings {
            issuer: issuer.clone(),
            client_id,
            client_secret,
            scopes,
            authorities: authorities.clone(),
            patience: None,
        });
        match oidc {
            Ok(oidc) => Some(Provider {
                name_vi: name_vi.unwrap_or_else(|| host(&issuer).to_owned()),
                name_en: name_en.unwrap_or_else(|| host(&issuer).to_owned()),
                issuer,
                second_factor,
                door: Arc::new(oidc),
            }),
            Err(reason) => {
                self.wrong(place, format!("`oidc_issuer`: {reason}"));
                None
            }
        }
    }
}

fn name(text: &str) -> Result<String, String> {
    let name = text.trim();
    let fits = (1..=60).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    fits.then(|| name.to_owned())
        .ok_or_else(|| "a name of 1 to 60 characters is wanted".to_owned())
}

/// Words beside `openid`, which is always asked for.
fn scopes(text: &str) -> Result<Vec<String>, String> {
    let words: Vec<String> = text
        .split([',', ' '])
        .map(str::trim)
        .filter(|word| !word.is_empty() && *word != "openid")
        .map(str::to_owned)
        .collect();
    // RFC 6749, section 3.3.
    let fits = |word: &String| {
        word.bytes()
            .all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
    };
    match words.iter().find(|word| !fits(word)) {
        Some(wrong) => Err(format!("{wrong} is no scope")),
        None => Ok(words),
    }
}

/// The server of a provider, when it was given no name.
fn host(issuer: &str) -> &str {
    let rest = issuer.split_once("://").map_or(issuer, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::Config;
    use super::*;

    fn load(lines: &str) -> Result<Config, Vec<String>> {
        let dir = tempfile::tempdir().expect("a directory");
        let (file, kept) = (dir.path().join("townhall.toml"), dir.path().join("secret"));
        std::fs::write(&kept, "hush\n").expect("written");
        std::fs::set_permissions(&kept, std::fs::Permissions::from_mode(0o600)).expect("mode");
        let text = lines.replace("SECRET", &kept.display().to_string());
        std::fs::write(&file, text).expect("written");
        Config::load(Some(&file), [], &[])
            .map_err(|problems| problems.into_iter().map(|problem| problem.reason).collect())
    }

    const WHOLE: &str = "oidc_issuer = \"https://sso.example.vn/realms/tinh/\"\n\
        oidc_client_id = \"townhall\"\noidc_client_secret_file = \"SECRET\"\n";

    #[test]
    fn a_provider_is_named_exactly_as_it_names_itself_and_shows_its_server_without_a_name() {
        let provider = load(WHOLE).expect("right").outside.provider.expect("a provider");
        assert_eq!(provider.issuer, "https://sso.example.vn/realms/tinh/");
        assert_eq!(provider.name(true), "sso.example.vn");
        assert_eq!(provider.second_factor, SecondFactor::Ours);
        assert!(!format!("{provider:?}").contains("hush"));
    }

    #[test]
    fn names_scopes_and_the_second_step_are_chosen() {
        let more = "oidc_name_vi = \"tài khoản tỉnh\"\noidc_name_en = \"provincial account\"\n\
            oidc_scopes = [\"openid\", \"profile\"]\noidc_second_factor = \"provider\"\n";
        let provider = load(&format!("{WHOLE}{more}")).expect("right").outside.provider;
        let provider = provider.expect("a provider");
        assert_eq!(
            (provider.name(true), provider.name(false)),
            ("tài khoản tỉnh", "provincial account")
        );
        assert_eq!(provider.second_factor, SecondFactor::Provider);
        assert_eq!(
            scopes("openid, profile email"),
            Ok(vec!["profile".to_owned(), "email".to_owned()])
        );
        assert!(scopes("a\"b").is_err());
    }

    #[test]
    fn half_a_provider_is_told() {
        let told = load("oidc_issuer = \"https://sso.example.vn\"\n").expect_err("half of it");
        assert!(
            told.contains(&"`oidc_issuer` needs `oidc_client_id` beside it".to_owned()),
            "{told:?}"
        );
        assert!(
            load("oidc_issuer = \"http://sso.example.vn\"\n").expect_err("in the clear")[2].contains("https")
        );
        assert!(load(&format!("{WHOLE}oidc_second_factor = \"none\"\n")).is_err());
        assert!(load("oidc_name_vi = \"tài khoản tỉnh\"\n").is_err());
    }
}
