//! Language and theme chosen by a link of any page: `?lang=en`, `?theme=dark`.
//!
//! Kept in a cookie for visitors and in the settings of who is signed in; the page is then shown again without
//! the choice in its address.

use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use axum::response::{IntoResponse, Redirect, Response};
use townhall_app::accounts::save_settings;
use townhall_store::accounts::AccountSettings;
use townhall_text::Lang;

use crate::session::Signed;
use crate::state::App;
use crate::ui::{Theme, with_query};

/// What was chosen, and the address without it.
#[derive(Debug, PartialEq, Eq)]
pub struct Look {
    lang: Option<Lang>,
    theme: Option<Theme>,
    back: String,
}

/// The choice in the address of a page, if there is one.
pub fn chosen(parts: &Parts) -> Option<Look> {
    if parts.method != Method::GET {
        return None;
    }
    let value = |name: &str| {
        let pairs = parts.uri.query().unwrap_or("").split('&');
        pairs
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    };
    let (lang, theme) = (
        value("lang").and_then(Lang::parse),
        value("theme").and_then(Theme::parse),
    );
    if lang.is_none() && theme.is_none() {
        return None;
    }
    let address = parts.uri.path_and_query().map_or("/", |found| found.as_str());
    // An address like `//elsewhere` is a path here and another server in a redirect.
    let address = if address.starts_with("//") { "/" } else { address };
    let back = with_query(&with_query(address, "lang", ""), "theme", "");
    Some(Look { lang, theme, back })
}

/// Keeps the choice and shows the page again.
pub async fn keep(app: &App, look: &Look, signed: Option<&Signed>) -> Response {
    if let Some(signed) = signed {
        let settings = AccountSettings {
            language: look.lang.unwrap_or(signed.visitor.lang).code().to_owned(),
            theme: look.theme.unwrap_or(signed.visitor.theme).code().to_owned(),
            ..signed.account.settings.clone()
        };
        let saved = app
            .town
            .write("save_settings", &signed.actor, move |tx, cx| {
                save_settings(tx, cx, &settings)
            })
            .await;
        if let Err(error) = saved {
            return signed.refuse(app, &error);
        }
    }
    let mut response = Redirect::to(&look.back).into_response();
    let chosen = [
        ("lang", look.lang.map(Lang::code)),
        ("theme", look.theme.map(Theme::code)),
    ];
    for (name, value) in chosen
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    {
        let secure = if app.site.is_tls { "; Secure" } else { "" };
        let line = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax{secure}");
        if let Ok(line) = HeaderValue::from_str(&line) {
            response.headers_mut().append(SET_COOKIE, line);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Option<Look> {
        let (parts, ()) = axum::http::Request::get(address)
            .body(())
            .expect("a request")
            .into_parts();
        chosen(&parts)
    }

    #[test]
    fn a_choice_leads_back_to_the_page_without_it() {
        let look = of("/dossiers?state=3&lang=en").expect("a choice");
        assert_eq!(
            (look.lang, look.theme, look.back.as_str()),
            (Some(Lang::En), None, "/dossiers?state=3")
        );
        assert_eq!(
            of("/work?theme=dark").map(|look| look.back),
            Some("/work".to_owned())
        );
        assert_eq!(
            of("//evil.example?lang=en").map(|look| look.back),
            Some("/".to_owned())
        );
        for nothing in ["/work", "/work?lang=fr", "/work?lang="] {
            assert_eq!(of(nothing), None, "{nothing}");
        }
    }
}
