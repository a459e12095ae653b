//! Every component in every state on one page, to look at and to test: `/dev/gallery` in debug builds.
//!
//! People, codes and figures are made up.

mod fields;
mod lists;

use jiff::civil::date;
use maud::{Markup, html};
use townhall_domain::deadline::{Amount, PauseReason, Standing, StandingKind};
use townhall_domain::time;
use townhall_text::Lang;

use super::{
    Action, DueChip, Empty, Icon, Moment, MomentKind, NavEntry, NoticeTone, Office, Page, Place, PostChoice,
    Step, StepState, Sync, Tone, Trail, Ui, Who, actions, badge, breadcrumb, card, code, due_chip, empty,
    key_values, not_possible, nothing, notice, notice_link, page, quiet_link, reason, steps, title_line,
    trail,
};

/// A request as the gallery and tests see it: an officer of Thuận An at the demo's hour.
pub fn sample(lang: Lang) -> Ui {
    let now = time::instant(date(2025, 8, 5).at(9, 40, 0, 0));
    let mut ui = Ui::new(lang, now);
    ui.demo = true;
    "sample".clone_into(&mut ui.csrf);
    "/dev/gallery".clone_into(&mut ui.path);
    ui.office = Office {
        name: "Xã Thuận An".to_owned(),
        province: "Lâm Đồng".to_owned(),
        centre: "Trung tâm Phục vụ hành chính công".to_owned(),
        phone: "0261 000 0000".to_owned(),
        hours: "7:30–11:30, 13:30–17:00".to_owned(),
    };
    let post = |id: &str, title: &str, current| PostChoice {
        id: id.to_owned(),
        title: title.to_owned(),
        unit_name: "Văn phòng HĐND và UBND".to_owned(),
        current,
    };
    ui.who = Some(Who {
        name: "Trần Quốc Bảo".to_owned(),
        post_title: "Chuyên viên tư pháp – hộ tịch".to_owned(),
        unit_name: "Văn phòng HĐND và UBND".to_owned(),
        posts: vec![
            post("a", "Chuyên viên tư pháp – hộ tịch", true),
            post("b", "Trực quầy 2", false),
        ],
    });
    ui.nav = Place::all()
        .map(|place| NavEntry {
            place,
            waiting: match place {
                Place::Work => 31,
                Place::Queue => 6,
                Place::Tasks => 4,
                _ => 0,
            },
        })
        .collect();
    ui.sync = Some(Sync {
        at: time::instant(date(2025, 8, 5).at(9, 38, 0, 0)),
        behind: 0,
    });
    ui
}

/// The gallery as a page.
pub fn gallery(ui: &Ui) -> Markup {
    let words = |key: &str| ui.t(&format!("gallery-{key}"));
    let cards = |parts: &[(&str, Markup)]| {
        html! {
            div.th-stack {
                @for (key, body) in parts { (card(&format!("g-{key}"), &words(key), &nothing(), body)) }
            }
        }
    };
    let main = html! {
        (breadcrumb(ui, &[(&words("above"), "/work")], &html! { (words("title")) }))
        (title_line(ui, &words("title"), &html! { span.text-secondary { (words("context")) } }, &nothing()))
        div.th-cols.th-cols-2 {
            (cards(&[
                ("due", body(&due_chips(ui))),
                ("states", states(ui)),
                ("notices", html! { div.card-body.th-stack { (notices(ui)) } }),
                ("reason", stack(&why(ui))),
                ("steps", stack(&progress(ui))),
                ("trail", stack(&history(ui))),
                ("load", lists::load(ui)),
                ("chart-bars", lists::bars(ui)),
                ("chart-stack", lists::stacked(ui)),
                ("chart-line", lists::lines(ui)),
            ]))
            (cards(&[
                ("empty", empties(ui)),
                ("fields", fields::fields(ui)),
                ("buttons", body(&buttons(ui))),
                ("actions", stack(&action_bar(ui))),
                ("confirm", stack(&fields::confirm(ui))),
                ("chart-rows", lists::rows(ui)),
                ("list", lists::work(ui)),
                ("table", lists::table_part(ui)),
                ("check", lists::check(ui)),
                ("figures", lists::figure_cards(ui)),
            ]))
        }
    };
    page(ui, &Page::new(&words("title")), &main)
}

fn body(inside: &Markup) -> Markup {
    html! { div.card-body.th-row { (inside) } }
}

fn stack(inside: &Markup) -> Markup {
    html! { div.card-body { (inside) } }
}

/// A standing as the rules give it, for the sample's day.
pub(in crate::ui) fn standing(kind: StandingKind, amount: Amount, day: i8, hour: i8) -> Standing {
    Standing {
        kind,
        amount,
        late: kind == StandingKind::Over,
        due: time::instant(date(2025, 8, day).at(hour, 0, 0, 0)),
        original_due: None,
        waiting: None,
        done_at: None,
    }
}

fn due_chips(ui: &Ui) -> Markup {
    let done = |at: i8, late| Standing {
        late,
        done_at: Some(time::instant(date(2025, 8, at).at(15, 0, 0, 0))),
        ..standing(StandingKind::Done, Amount::WorkingDays(1), 4, 17)
    };
    let waiting = Standing {
        waiting: Some((
            time::instant(date(2025, 7, 31).at(9, 0, 0, 0)),
            PauseReason::Supplement,
        )),
        ..standing(StandingKind::Wait, Amount::WorkingDays(0), 4, 17)
    };
    let moved = Standing {
        original_due: Some(time::instant(date(2025, 8, 1).at(17, 0, 0, 0))),
        ..standing(StandingKind::Soon, Amount::WorkingDays(1), 6, 17)
    };
    let standings = [
        standing(StandingKind::Over, Amount::WorkingDays(2), 1, 17),
        standing(StandingKind::Over, Amount::WorkingMinutes(100), 5, 8),
        standing(StandingKind::Today, Amount::WorkingMinutes(110), 5, 11),
        moved,
        standing(StandingKind::Later, Amount::WorkingDays(9), 18, 17),
        waiting,
        done(1, false),
        done(5, true),
    ];
    html! { @for of in &standings { (due_chip(ui, &DueChip::of(ui, of).linked("#why"))) " " } }
}

fn states(ui: &Ui) -> Markup {
    let of = |tone, icon, key: &str| badge(ui, tone, icon, &ui.t(&format!("gallery-state-{key}")));
    html! {
        div.card-body.th-row {
            (of(Tone::Plain, Icon::INBOX, "new")) (of(Tone::Run, Icon::PLAY, "run")) (of(Tone::Warn, Icon::ALERT, "supplement"))
            (of(Tone::Ok, Icon::CHECK, "returned")) (of(Tone::Bad, Icon::CROSS, "refused"))
        }
        div.card-body.border-top.th-row {
            span.th-muted { (ui.t("gallery-state-others")) }
            (of(Tone::Warn, Icon::CASH, "unpaid")) (of(Tone::Plain, Icon::HOURGLASS, "waiting"))
            (of(Tone::Bad, Icon::REFRESH, "unsynced"))
        }
    }
}

fn notices(ui: &Ui) -> Markup {
    let words = |key: &str| ui.t(&format!("gallery-notice-{key}"));
    html! {
        (notice(ui, NoticeTone::Info, "", &html! { (words("info")) }))
        (notice(ui, NoticeTone::Ok, &words("ok"), &html! {
            (words("ok-more")) " " (notice_link("#g-notices", &words("undo")))
        }))
        (notice(ui, NoticeTone::Warn, "", &html! { (words("warn")) }))
        (notice(ui, NoticeTone::Bad, &words("bad"), &html! { (words("bad-more")) }))
    }
}

fn why(ui: &Ui) -> Markup {
    let words = |key: &str| ui.t(&format!("gallery-reason-{key}"));
    let day = |day: i8| townhall_text::capitalised(&ui.date(date(2025, 8, day)));
    let of = |kind, when: String, key: &str| Moment {
        kind,
        when: when.into(),
        text: words(key).into(),
        ..Moment::default()
    };
    let moments = [
        of(
            MomentKind::Done,
            format!("{}, 14:10", ui.date_short(date(2025, 7, 31))),
            "start",
        ),
        of(MomentKind::Done, day(1), "first"),
        of(
            MomentKind::Off,
            format!(
                "{}, {}",
                ui.date_short(date(2025, 8, 2)),
                ui.date_short(date(2025, 8, 3))
            ),
            "off",
        ),
        of(MomentKind::Now, day(4), "second"),
        of(MomentKind::End, day(5), "end"),
    ];
    reason(ui, "why", &words("question"), &moments, &words("law"))
}

fn progress(ui: &Ui) -> Markup {
    let of = |state, key: &str, note: &'static str| Step {
        state,
        name: ui.t(&format!("gallery-step-{key}")).into(),
        note: note.into(),
    };
    steps(
        ui,
        &[
            of(StepState::Done, "receive", "29/7"),
            of(StepState::Done, "appraise", "30/7 – 04/8"),
            of(StepState::Now, "draft", ""),
            of(StepState::Ahead, "sign", ""),
            of(StepState::Ahead, "return", ""),
        ],
    )
}

fn history(ui: &Ui) -> Markup {
    let entry = |key: &str, day: i8, hour: i8, log: Option<&'static str>| Trail {
        what: ui.t(&format!("gallery-trail-{key}")).into(),
        at: time::instant(date(2025, 8, day).at(hour, 12, 0, 0)),
        who: "Vũ Thị Lành".into(),
        why: if log.is_some() {
            ui.t("gallery-trail-why").into()
        } else {
            "".into()
        },
        log_href: log.map(Into::into),
    };
    html! {
        (key_values(ui, &[
            (&ui.t("gallery-applicant"), html! { "H'Nguyệt Buôn Krông" }),
            (&ui.t("gallery-code"), code("H36.24682-250730-0007")),
        ]))
        div.mt-3 { (trail(ui, &[entry("answered", 5, 9, Some("/transparency/7")), entry("assigned", 1, 15, None)])) }
    }
}

fn empties(ui: &Ui) -> Markup {
    let words = |key: &str| ui.t(&format!("gallery-empty-{key}"));
    let (open, week, clear) = (words("open"), words("week"), ui.t("common-clear-filters"));
    html! {
        (empty(ui, &Empty {
            icon: Icon::CIRCLE_CHECK,
            heading: &words("done"),
            text: html! { (words("done-more")) },
            button: Some((&open, "#g-empty")),
            other: Some((&week, "#g-empty")),
        }))
        div.border-top {
            (empty(ui, &Empty {
                icon: Icon::SEARCH,
                heading: &words("nothing"),
                text: html! { (words("near")) " " a href="#g-empty" { "Điểu Xuân Thành" } "." },
                button: None,
                other: Some((&clear, "#g-empty")),
            }))
        }
    }
}

fn buttons(ui: &Ui) -> Markup {
    let words = |key: &str| ui.t(&format!("gallery-button-{key}"));
    html! {
        (Action::send(words("main"), "", "").primary().key("finish").render(ui, false))
        (Action::link(words("other"), "#g-buttons").icon(Icon::UPLOAD).render(ui, false))
        (Action::link(words("small"), "#g-buttons").key("counter-next").render(ui, true))
        (Action::link(words("danger"), "#g-buttons").danger().render(ui, false))
        (quiet_link("#g-buttons", &words("quiet")))
    }
}

fn action_bar(ui: &Ui) -> Markup {
    let words = |key: &str| ui.t(&format!("gallery-action-{key}"));
    html! {
        (actions(ui, &[
            Action::send(words("submit"), "action", "submit").primary().icon(Icon::SEND).key("submit"),
            Action::link(words("draft"), "#g-actions").key("draft"),
            Action::link(words("consult"), "#g-actions").key("consult"),
            Action::link(words("supplement"), "#g-actions").key("supplement"),
        ]))
        (not_possible(ui, &[(words("return"), words("return-why"))]))
    }
}
