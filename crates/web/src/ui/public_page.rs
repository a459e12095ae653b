//! The page for citizens: one column, large type, no navigation, the centre's telephone at the foot.

use maud::{DOCTYPE, Markup, html};

use super::icon::brand_mark;
use super::page::{demo_mark, head, language_switch, offline};
use super::{Icon, Page, Ui};

/// A page that hangs on a wall: nothing but what is told, on dark ground.
pub fn wall_page(ui: &Ui, about: &Page<'_>, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(ui.lang.code()) dir=(ui.dir.code()) data-bs-theme="dark" {
            (head(ui, about))
            body.th-wall id="top" data-keys="off" {
                main id="main" { (main) }
                footer.th-row.mt-3 { (demo_mark(ui, "th-end")) }
            }
        }
    }
}

/// A page for citizens.
pub fn public_page(ui: &Ui, about: &Page<'_>, main: &Markup) -> Markup {
    let unit = if ui.office.name.is_empty() {
        // A node that is configured for no unit yet.
        ui.t("common-product")
    } else if ui.office.province.is_empty() {
        ui.office.name.clone()
    } else {
        ui.t_args(
            "ui-unit-in-province",
            &[
                ("unit", ui.office.name.as_str().into()),
                ("province", ui.office.province.as_str().into()),
            ],
        )
    };
    html! {
        (DOCTYPE)
        html lang=(ui.lang.code()) dir=(ui.dir.code()) data-bs-theme=(ui.theme.code()) {
            (head(ui, about))
            body.th-citizen id="top" data-keys="off" {
                a.th-skip href="#main" { (ui.t("ui-skip")) }
                header.th-c-top {
                    div.th-wrap.th-row {
                        a.th-brand.ps-0 href="/" {
                            (brand_mark())
                            span { b { (unit) } small { (ui.office.centre) } }
                        }
                        span.th-end { (language_switch(ui)) }
                    }
                }
                main.th-wrap.py-4 id="main" { (offline(ui)) (main) }
                footer {
                    div.th-wrap.th-row.py-3 {
                        @if !ui.office.phone.is_empty() {
                            span { (Icon::PHONE) " " bdi { (ui.office.phone) } " · " (ui.office.hours) }
                        }
                        (demo_mark(ui, "th-end"))
                        nav.th-text aria-label=(ui.t("ui-public-nav")) {
                            a href="/procedures" { (ui.t("ui-public-catalogue")) } " · "
                            a href="/lookup" { (ui.t("ui-public-status")) } " · "
                            a href="/log/verify" { (ui.t("ui-public-verify")) } " · "
                            a href="/transparency" { (ui.t("ui-public-log")) } " · "
                            a href="/sign-in" { (ui.t("ui-public-officers")) }
                        }
                    }
                }
            }
        }
    }
}
