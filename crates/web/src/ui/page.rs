//! The official page: side navigation, top bar, main; five tabs on a phone. And the parts every page begins with.

use maud::{DOCTYPE, Markup, html};

use super::{Icon, Place, Theme, Ui, form, nav, with_query};
use crate::assets;

/// What a page says about itself.
#[derive(Debug, Clone, Default)]
pub struct Page<'a> {
    title: &'a str,
    place: Option<Place>,
    error: bool,
    draft_done: Option<&'a str>,
    reload_seconds: Option<u32>,
}

impl<'a> Page<'a> {
    /// A page with a title for the browser's tab; the visible heading comes from [`title_line`].
    pub fn new(title: &'a str) -> Self {
        Self {
            title,
            ..Self::default()
        }
    }

    /// The place of the navigation where the page belongs.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Whether the page shows an error summary: the title then begins with "Lỗi:".
    #[must_use]
    pub fn with_error(mut self, error: bool) -> Self {
        self.error = error;
        self
    }

    /// Where no script runs, the page asks for itself again after so many seconds: for what changes by itself.
    #[must_use]
    pub fn reloading(mut self, seconds: u32) -> Self {
        self.reload_seconds = Some(seconds);
        self
    }

    /// The draft that has just been turned into something saved; the browser forgets its copy.
    #[must_use]
    pub fn draft_done(mut self, draft: &'a str) -> Self {
        self.draft_done = Some(draft);
        self
    }
}

/// A page for officers.
pub fn page(ui: &Ui, about: &Page<'_>, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(ui.lang.code()) dir=(ui.dir.code()) data-bs-theme=(ui.theme.code()) {
            (head(ui, about))
            body id="top" data-keys=(if ui.single_keys { "on" } else { "off" })
                data-person=[ui.who.as_ref().map(|who| who.name.as_str())] {
                a.th-skip href="#main" { (ui.t("ui-skip")) }
                div.th-shell {
                    (nav::side(ui, about.place, &person(ui)))
                    (top_bar(ui))
                    main.th-main id="main" {
                        (offline(ui))
                        (main)
                    }
                }
                (nav::tabs(ui, about.place))
            }
        }
    }
}

/// Everything between `<head>` and `</head>`: only links to our own files, nothing inline.
pub(super) fn head(ui: &Ui, about: &Page<'_>) -> Markup {
    let name = if ui.office.name.is_empty() {
        ui.t("common-product")
    } else {
        ui.office.name.clone()
    };
    let title = format!("{} – {name}", about.title);
    let title = if about.error {
        ui.t_args("common-error-title", &[("title", title.into())])
    } else {
        title
    };
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            title { (title) }
            link rel="icon" type="image/svg+xml" href=(assets::url("favicon.svg"));
            link rel="preload" as="font" type="font/woff2" crossorigin href=(assets::url("inter-latin-400.woff2"));
            link rel="stylesheet" href=(assets::url("tabler.min.css"));
            link rel="stylesheet" href=(assets::url("townhall.css"));
            meta name="htmx-config" content=r#"{"includeIndicatorCSS":false,"history":"reload"}"#;
            meta name="th-keys" content=(assets::url("keys.json"));
            meta name="th-now" content=(ui.now.as_millisecond());
            meta name="th-words" content=(super::keys::script_words(ui));
            @if let Some(draft) = about.draft_done { meta name="th-draft-done" content=(draft); }
            @if let Some(seconds) = about.reload_seconds {
                noscript { meta http-equiv="refresh" content=(seconds); }
            }
            script src=(assets::url("htmx.min.js")) defer {}
            script src=(assets::url("townhall.js")) defer {}
        }
    }
}

/// Says that the network is gone; the script shows it.
pub(super) fn offline(ui: &Ui) -> Markup {
    html! {
        div.th-note.th-note-warn.mb-3 id="offline" role="status" hidden {
            (Icon::CLOUD_OFF) span { b { (ui.t("ui-offline")) } " " (ui.t("ui-offline-kept")) }
        }
    }
}

fn top_bar(ui: &Ui) -> Markup {
    html! {
        header.th-top {
            form.th-wide role="search" action="/search" {
                label.visually-hidden for="search" { (ui.t("ui-search-all")) }
                input.form-control.form-control-sm id="search" name="q" type="search"
                    placeholder=(ui.t("ui-search-hint")) data-key="search";
                kbd aria-hidden="true" { "/" }
            }
            (nav::brand(ui, "d-lg-none"))
            (demo_mark(ui, "th-end"))
            @if let Some(sync) = ui.sync {
                a.th-muted.th-wide.text-reset href=(Place::Portal.path()) {
                    (Icon::REFRESH) " "
                    @if sync.behind == 0 { (ui.t_args("ui-sync-at", &[("time", ui.time(sync.at).into())])) }
                    @else { (ui.t_args("ui-sync-behind", &[("count", sync.behind.into())])) }
                }
            }
            span.th-wide { (language_switch(ui)) }
            div.th-wide { (person(ui)) }
        }
    }
}

/// "Demo data" with the business clock, on every page of a demo.
pub(super) fn demo_mark(ui: &Ui, class: &str) -> Markup {
    html! {
        @if ui.demo {
            span.th-demo.(class) {
                (ui.t("ui-demo")) " " span.th-wide {
                    "· " time datetime=(townhall_domain::time::rfc3339(ui.now)) {
                        (townhall_text::date_time(ui.lang, ui.now, ui.today()))
                    }
                }
            }
        } @else { span class=(class) {} }
    }
}

/// A link to this page in the other language.
pub(super) fn language_switch(ui: &Ui) -> Markup {
    let other = ui.lang.other();
    html! {
        a href=(with_query(&ui.path, "lang", other.code())) lang=(other.code()) hreflang=(other.code()) {
            (other.own_name())
        }
    }
}

/// Who is signed in, as which post, and what he may change about that.
fn person(ui: &Ui) -> Markup {
    let Some(who) = &ui.who else {
        return html! { a.btn.btn-sm href="/sign-in" { (ui.t("ui-sign-in")) } };
    };
    let theme = match ui.theme {
        Theme::Light => (Theme::Dark, Icon::MOON, "ui-theme-dark"),
        Theme::Dark => (Theme::Light, Icon::SUN, "ui-theme-light"),
    };
    html! {
        details.th-menu {
            summary.th-row {
                span.avatar.avatar-sm { (Icon::USER) }
                span.lh-sm { b { bdi { (who.name) } } br; small.text-secondary { (who.post_title) } }
            }
            div.th-menu-panel {
                p.th-muted.mb-1 { (who.post_title) @if !who.unit_name.is_empty() { " · " (who.unit_name) } }
                @if who.posts.len() > 1 {
                    p.th-h { (ui.t("ui-act-as")) }
                    (form::form(ui, &form::Form::post("/act-as"), &html! {
                        @for post in &who.posts {
                            button type="submit" name="post" value=(post.id)
                                aria-current=[post.current.then_some("true")] {
                                @if post.current { (Icon::CHECK) } @else { (Icon::BRIEFCASE) }
                                span { (post.title) br; small.text-secondary { (post.unit_name) } }
                            }
                        }
                    }))
                }
                ul {
                    li { a href=(with_query(&ui.path, "theme", theme.0.code())) { (theme.1) (ui.t(theme.2)) } }
                    li.d-lg-none { (language_switch(ui)) }
                    li { a href="/keys" { (Icon::KEYBOARD) (ui.t("ui-keys")) } }
                    li { a href="/settings" { (Icon::SETTINGS) (ui.t("ui-settings")) } }
                }
                (form::form(ui, &form::Form::post("/sign-out"), &html! {
                    button type="submit" { (Icon::SIGN_OUT) (ui.t("ui-sign-out")) }
                }))
            }
        }
    }
}

/// The title line: the heading, one line of context (badges, a date), at most two buttons at its end.
pub fn title_line(_ui: &Ui, heading: &str, context: &Markup, end: &Markup) -> Markup {
    html! {
        div.th-title {
            h1 { (heading) }
            (context)
            @if !end.0.is_empty() { div.th-end.th-row { (end) } }
        }
    }
}

/// The way to this page: the places above it as links, then its own name.
pub fn breadcrumb(ui: &Ui, above: &[(&str, &str)], here: &Markup) -> Markup {
    html! {
        nav.th-muted.th-text.mb-1 aria-label=(ui.t("ui-breadcrumb")) {
            @for (words, href) in above { a href=(href) { (words) } " / " }
            span aria-current="page" { (here) }
        }
    }
}

/// The head of a printed page: unit, period and the time of the figures; on a screen it is not seen.
pub fn print_head(ui: &Ui, period: &str) -> Markup {
    html! {
        p.th-print {
            b { (ui.office.name) } @if !ui.office.province.is_empty() { ", " (ui.office.province) }
            " · " (period) " · " (ui.t_args("ui-print-at", &[("at", townhall_text::date_time(ui.lang, ui.now, ui.today()).into())]))
            @if ui.demo { " · " (ui.t("ui-demo")) }
        }
    }
}
