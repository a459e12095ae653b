//! The fields that each action asks for.

use maud::{Markup, html};
use townhall_app::dossier::DossierView;
use townhall_domain::dossier::{Action, Capacity, ComponentStatus};
use townhall_domain::organisation::Post;
use townhall_domain::permission::Role;
use townhall_store::dossiers::FilledPost;
use townhall_store::organisation::Versioned;
use townhall_text::Lang;

use super::act::Typed;
use crate::state::App;
use crate::ui::{self, Choice, Errors, Field, Ui};

/// A post that can be chosen.
#[derive(Debug, Clone)]
struct PostOption {
    id: String,
    title_vi: String,
    title_en: String,
    open: i64,
    is_leader: bool,
}

/// Posts that can be chosen for an action.
#[derive(Debug, Clone, Default)]
pub struct Posts(Vec<PostOption>);

impl Posts {
    /// The filled posts with their titles.
    pub fn of(filled: &[FilledPost], posts: &[Versioned<Post>]) -> Self {
        Self(
            filled
                .iter()
                .filter_map(|filled| {
                    let post = &posts.iter().find(|post| post.item.id == filled.id)?.item;
                    Some(PostOption {
                        id: filled.id.to_string(),
                        title_vi: post.title_vi.clone(),
                        title_en: post.title_en.clone(),
                        open: filled.open_count,
                        is_leader: filled.roles.iter().copied().any(Role::is_leader),
                    })
                })
                .collect(),
        )
    }

    fn choices(&self, ui: &Ui, leaders: bool) -> Vec<Choice<'static>> {
        self.0
            .iter()
            .filter(|post| post.is_leader == leaders)
            .map(|post| {
                let title = if ui.lang == Lang::Vi {
                    &post.title_vi
                } else {
                    &post.title_en
                };
                let load = ui.t_args("dossier-post-load", &[("count", post.open.into())]);
                Choice::new(post.id.clone(), format!("{title} ({load})"))
            })
            .collect()
    }
}

/// The fields of an action, with what was typed.
pub fn fields(
    app: &App,
    ui: &Ui,
    view: &DossierView,
    action: Action,
    typed: &Typed,
    errors: &Errors,
    posts: &Posts,
) -> Markup {
    let field = |name: &'static str, value: &str| {
        Field::new(name, ui.t(&format!("dossier-field-{name}")))
            .value(value.to_owned())
            .errors(errors)
    };
    let reason = || ui::textarea(ui, &field("reason", &typed.reason).max_chars(2000), 3);
    let note = || ui::textarea(ui, &field("note", &typed.note).optional().max_chars(2000), 2);
    match action {
        Action::Accept => {
            html! { (present(app, ui, view, typed, errors)) (super::accept::fields(app, ui, view, typed, errors)) (note()) }
        }
        Action::CompleteSupplement => present(app, ui, view, typed, errors),
        Action::RequestSupplement => html! {
            (ui::textarea(ui, &field("items", &typed.items).hint(ui.t("dossier-hint-items")), 4))
            (reason())
        },
        Action::Refuse => html! { (reason()) (ui::text(ui, &field("instead", &typed.instead).optional())) },
        Action::RefuseAfterAppraisal | Action::SendBack | Action::Withdraw | Action::Recall => reason(),
        Action::Transfer => note(),
        Action::Assign => {
            let choices = posts.choices(ui, false);
            let chosen: Vec<&str> = typed.joining.iter().map(String::as_str).collect();
            html! {
                (ui::select(ui, &field("post", &typed.post), &choices, Some(&ui.t("dossier-choose-post"))))
                details.mb-2 {
                    summary { (ui.t("dossier-field-joining")) }
                    (ui::checkboxes(ui, &field("joining", "").label_hidden(), &choices, &chosen))
                }
                (note())
            }
        }
        Action::Appraise => {
            let yes_no = [
                choice(ui, "yes", "dossier-eligible-yes"),
                choice(ui, "no", "dossier-eligible-no"),
            ];
            html! {
                (ui::textarea(ui, &field("finding", &typed.finding).max_chars(2000), 4))
                (ui::radios(ui, &field("eligible", &typed.eligible), &yes_no))
                (ui::date(ui, &field("verified_on", &typed.verified_on).optional().columns(4)))
                (ui::text(ui, &field("place", &typed.place).optional().columns(8)))
                (ui::text(ui, &field("participants", &typed.participants).optional()))
            }
        }
        Action::Consult => html! {
            @if let Some(record) = super::consulted::open(view, &typed.consultation) {
                (super::consulted::question(ui, record))
                (ui::hidden("consultation", &typed.consultation))
                (ui::textarea(ui, &field("answer", &typed.answer), 3))
                (ui::text(ui, &field("document", &typed.document).optional()))
            } @else {
                (ui::text(ui, &field("whom", &typed.whom)))
                (ui::textarea(ui, &field("question", &typed.question), 3))
                (ui::date(ui, &field("answer_by", &typed.answer_by).columns(4)))
            }
        },
        Action::Draft => {
            let outcomes = [
                choice(ui, "granted", "dossier-outcome-granted"),
                choice(ui, "refused", "dossier-outcome-refused"),
            ];
            html! {
                (ui::radios(ui, &field("outcome", &typed.outcome), &outcomes))
                (ui::textarea(ui, &field("content", &typed.content).hint(ui.t("dossier-hint-content")).optional(), 8))
            }
        }
        Action::Submit | Action::Endorse => html! {
            (ui::select(ui, &field("leader", &typed.leader).optional(), &posts.choices(ui, true), Some(&ui.t("dossier-leader-in-charge"))))
            (note())
        },
        Action::Approve | Action::Issue => html! {},
        Action::Return => {
            let ways: Vec<_> = Capacity::ALL
                .iter()
                .map(|way| choice(ui, way.as_str(), &format!("dossier-capacity-{}", way.as_str())))
                .collect();
            html! {
                (ui::radios(ui, &field("capacity", &typed.capacity), &ways))
                (ui::text(ui, &field("collector_name", &typed.collector_name).columns(8)))
                (ui::text(ui, &field("collector_id_number", &typed.collector_id_number).optional().input_mode("numeric").columns(4)))
                // Asked of who collects for somebody else; without a script the rule stands in the label.
                div data-when="capacity" data-values=r#"["authorised"]"# {
                    (ui::text(ui, &field("authorisation", &typed.authorisation)))
                }
            }
        }
        Action::Extend => html! { (ui::date(ui, &field("to", &typed.to).columns(4))) (reason()) },
        Action::Obligate => html! {
            (ui::text(ui, &field("what", &typed.what)))
            (ui::text(ui, &field("document", &typed.document).optional()))
        },
        Action::ResumeWork => ui::text(ui, &field("proof", &typed.proof)),
        Action::Correct => html! {
            (super::corrected::control(app, ui, view, typed, errors))
            (reason())
        },
        Action::AddPaper => html! {},
    }
}

fn choice(ui: &Ui, value: &str, key: &str) -> Choice<'static> {
    Choice::new(value.to_owned(), ui.t(key))
}

/// The check-list with a box for each paper that is there.
fn present(app: &App, ui: &Ui, view: &DossierView, typed: &Typed, errors: &Errors) -> Markup {
    let dossier = &view.dossier;
    let procedure = app
        .town
        .packs()
        .procedures()
        .version(&dossier.procedure.code, dossier.procedure.version);
    let choices: Vec<Choice<'_>> = view
        .components
        .iter()
        .filter(|entry| entry.status != ComponentStatus::NotApplicable)
        .map(|entry| {
            Choice::new(
                entry.component.clone(),
                procedure
                    .and_then(|procedure| procedure.component(&entry.component))
                    .map_or_else(
                        || entry.component.clone(),
                        |spec| spec.name.get(ui.lang.code()).to_owned(),
                    ),
            )
        })
        .collect();
    let mut chosen: Vec<&str> = typed.present.iter().map(String::as_str).collect();
    chosen.extend(
        view.components
            .iter()
            .filter(|entry| entry.status == ComponentStatus::Present)
            .map(|entry| entry.component.as_str()),
    );
    ui::checkboxes(
        ui,
        &Field::new("present", ui.t("dossier-components")).errors(errors),
        &choices,
        &chosen,
    )
}
