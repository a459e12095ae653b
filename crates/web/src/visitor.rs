//! Who asks, before anybody has signed in: language, theme, address, path.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use townhall_domain::calendar::HoursException;
use townhall_text::Lang;

use crate::public::hours::week_in_words;
use crate::state::App;
use crate::ui::{Office, Theme, Ui};

/// What a request tells of itself.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// Language: the `lang` cookie, else what the browser prefers, else Vietnamese.
    pub lang: Lang,
    /// Theme: the `theme` cookie, else light.
    pub theme: Theme,
    /// Path and query.
    pub path: String,
    /// The address of the client, behind trusted proxies too.
    pub address: IpAddr,
    /// Whether htmx asks for a part of a page.
    pub is_part: bool,
    /// Whether the page is to be printed.
    pub print: bool,
    /// The days whose hours units have decided themselves; none where no page is drawn.
    pub decided: Decided,
}

/// Decided days, read once for a page by the guard and handed on with the request.
#[derive(Debug, Clone, Default)]
pub struct Decided(pub Arc<[HoursException]>);

impl Visitor {
    /// The page frame for this visitor, without an officer.
    pub fn ui(&self, app: &App) -> Ui {
        let mut ui = Ui::new(self.lang, app.town.clock().now());
        ui.theme = self.theme;
        ui.path.clone_from(&self.path);
        ui.demo = app.town.is_demo();
        ui.print = self.print;
        ui.decided = Arc::clone(&self.decided.0);
        ui.office = office_of(app, self.lang, &app.site.unit_code);
        ui
    }
}

/// Name, province and centre of a unit as pages show them.
pub fn office_of(app: &App, lang: Lang, code: &str) -> Office {
    let today = townhall_domain::time::local_date(app.town.clock().now());
    let units = app.town.packs().units();
    let Some(unit) = units.by_code(code, today) else {
        return Office::default();
    };
    let province = unit.parent.as_ref().and_then(|parent| units.by_id(parent));
    Office {
        name: unit.full_name(today).to_owned(),
        province: province
            .map(|province| province.name(today).to_owned())
            .unwrap_or_default(),
        centre: townhall_text::t(lang, "frame-centre"),
        phone: app
            .town
            .packs()
            .contact(&unit.id)
            .map(|contact| contact.phone.clone())
            .unwrap_or_default(),
        hours: week_in_words(lang, &app.town.packs().office(&unit.id), today),
    }
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| {
            let (key, value) = pair.trim().split_once('=')?;
            (key == name).then_some(value)
        })
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        let headers = &parts.headers;
        let lang = cookie(headers, "lang").and_then(Lang::parse).unwrap_or_else(|| {
            let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
            wanted.map_or(Lang::Vi, Lang::from_accept_language)
        });
        let theme = cookie(headers, "theme")
            .and_then(Theme::parse)
            .unwrap_or_default();
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::from([127, 0, 0, 1]), |peer| peer.0.ip());
        let query = parts.uri.query().unwrap_or("");
        Ok(Self {
            lang,
            theme,
            path: parts
                .uri
                .path_and_query()
                .map_or_else(|| "/".to_owned(), ToString::to_string),
            address: client_address(headers, peer, &app.site.trusted_proxies),
            is_part: headers.contains_key("hx-request"),
            print: query.split('&').any(|pair| pair == "print=1"),
            decided: parts.extensions.get::<Decided>().cloned().unwrap_or_default(),
        })
    }
}

/// The last address in `X-Forwarded-For` that is not a trusted proxy; the peer itself when it is not one.
fn client_address(headers: &HeaderMap, peer: IpAddr, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&peer) {
        return peer;
    }
    let chain = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(','));
    let addresses: Vec<IpAddr> = chain.filter_map(|part| part.trim().parse().ok()).collect();
    addresses
        .into_iter()
        .rev()
        .find(|address| !trusted.contains(address))
        .unwrap_or(peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forwarded_address_is_believed_only_from_a_named_proxy() {
        let mut headers = HeaderMap::new();
        headers.insert(
            "x-forwarded-for",
            "6.6.6.6, 203.0.113.9".parse().expect("a header"),
        );
        let (proxy, other): (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [198, 51, 100, 7].into());
        assert_eq!(client_address(&headers, other, &[proxy]), other);
        assert_eq!(
            client_address(&headers, proxy, &[proxy]),
            IpAddr::from([203, 0, 113, 9])
        );
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert(COOKIE, "a=1; lang=en; theme=dark".parse().expect("a header"));
        assert_eq!(cookie(&headers, "lang"), Some("en"));
        assert_eq!(cookie(&headers, "ang"), None);
    }
}
