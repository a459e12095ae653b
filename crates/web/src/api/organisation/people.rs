//! People over the API: who works in a unit, and the posts that he acts as.

use axum::Json;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use townhall_app::cx::Cx;
use townhall_app::error::AppError;
use townhall_app::organisation::{
    self as app, AddPerson, EditPerson, people_of_unit, person_entry, person_of_unit,
};
use townhall_domain::ids::PersonId;
use townhall_domain::organisation::{Basis, Person};
use townhall_store::Tx;
use townhall_store::organisation::Versioned;
use utoipa::{IntoParams, ToSchema};

use super::{MANAGE, READ, unit_of, value};
use crate::api::act::{self, Subject, action};
use crate::api::book::{Book, Operation};
use crate::api::guard::Asker;
use crate::api::once::once;
use crate::api::paging::{next_link, page_size};
use crate::api::problem::Wrong;
use crate::api::read::{Asked, InPath, Sent, Text, number};
use crate::routes::Need;
use crate::state::App;

pub(super) fn add(book: Book) -> Book {
    let book = book
        .add(
            Operation::get("list_people", "/api/v1/units/{unit}/people", READ)
                .query::<PeopleQuery>()
                .gives::<PeoplePage>(200),
            people,
        )
        .add(
            Operation::post("add_person", "/api/v1/units/{unit}/people", MANAGE)
                .takes::<AddPersonBody>()
                .gives::<PersonItem>(201),
            add_person,
        )
        .add(
            Operation::get("get_person", "/api/v1/people/{id}", READ).gives::<PersonWhole>(200),
            person,
        );
    act::add::<EditPersonBody>(book)
}

/// What a list of people is narrowed to.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub struct PeopleQuery {
    /// Words of the name; diacritics may be left out.
    #[param(value_type = Option<String>, max_length = 100)]
    q: String,
    /// `next` of the page before.
    #[param(value_type = Option<String>, format = "uuid")]
    after: String,
    /// Rows on the page, 1 to 200; 50 when missing.
    #[serde(deserialize_with = "number")]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Somebody who works in a unit.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonItem {
    /// Identity.
    #[schema(format = "uuid")]
    id: String,
    /// Address of the whole.
    href: String,
    /// The unit that keeps the entry, by code and first day.
    unit: String,
    /// Full name.
    name: String,
    /// Work e-mail.
    email: Option<String>,
    /// Work telephone.
    phone: Option<String>,
    /// Version, for a change.
    #[schema(minimum = 1)]
    version: i64,
}

impl From<&Versioned<Person>> for PersonItem {
    fn from(found: &Versioned<Person>) -> Self {
        let person = &found.item;
        Self {
            id: person.id.to_string(),
            href: format!("/api/v1/people/{}", person.id),
            unit: person.unit.to_string(),
            name: person.name.clone(),
            email: person.email.clone(),
            phone: person.phone.clone(),
            version: found.version,
        }
    }
}

/// A page of people.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeoplePage {
    /// The rows, by name as Vietnamese names are sorted.
    items: Vec<PersonItem>,
    /// Key for `after` of the next page; missing on the last page.
    next: Option<String>,
}

async fn people(
    State(app): State<App>,
    asker: Asker,
    code: InPath,
    OriginalUri(uri): OriginalUri,
    Asked(query): Asked<PeopleQuery>,
) -> Result<Response, Wrong> {
    let (unit, limit) = (unit_of(&app, &code.0)?, page_size(query.limit)?);
    let after: Option<PersonId> = match query.after.as_str() {
        "" => None,
        key => Some(
            key.parse()
                .map_err(|_| Wrong::field("after", "api-key-of-page-wrong"))?,
        ),
    };
    let most = u16::try_from(limit).unwrap_or(u16::MAX).saturating_add(1);
    let found = app.town.read("people_of_unit", &asker.actor, move |tx, cx| {
        people_of_unit(tx, cx, &unit, &query.q, after, most)
    });
    let mut rows = found.await.map_err(Wrong::App)?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| last.item.id.to_string());
    let headers = next_link(&uri, next.as_deref());
    let items = rows.iter().map(PersonItem::from).collect();
    Ok((headers, Json(PeoplePage { items, next })).into_response())
}

/// Somebody who begins to work in a unit.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPersonBody {
    /// Full name.
    #[schema(value_type = String, min_length = 1, max_length = 80)]
    name: Text<80>,
    /// Work e-mail.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    email: Option<Text<200>>,
    /// Work telephone.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 20)]
    phone: Option<Text<20>>,
}

async fn add_person(
    State(app): State<App>,
    code: InPath,
    sent: Sent<AddPersonBody>,
) -> Result<Response, Wrong> {
    let command = AddPerson {
        unit: unit_of(&app, &code.0)?,
        name: sent.body.name.0.clone(),
        email: Text::filled(sent.body.email.as_ref()),
        phone: Text::filled(sent.body.phone.as_ref()),
    };
    once(&app, &sent, "add_person", StatusCode::CREATED, move |tx, cx| {
        let id = app::add_person(tx, cx, &command)?;
        OnPerson::after(tx, cx, id)
    })
    .await
}

/// A post that somebody may act as today.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeldPost {
    /// The post.
    #[schema(format = "uuid")]
    post: String,
    /// Its Vietnamese title.
    title: String,
    /// `mandate`, `stand_in`, `delegation`: why he may.
    basis: &'static str,
}

/// Somebody who works in a unit, with the posts that he acts as today.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonWhole {
    /// What a list gives of him.
    #[serde(flatten)]
    item: PersonItem,
    /// The posts.
    posts: Vec<HeldPost>,
}

async fn person(State(app): State<App>, asker: Asker, id: InPath) -> Result<Json<PersonWhole>, Wrong> {
    let id: PersonId = id.id("person")?;
    let found = app.town.read("person_entry", &asker.actor, move |tx, cx| {
        person_entry(tx, cx, id)
    });
    let entry = found.await.map_err(Wrong::App)?;
    Ok(Json(PersonWhole {
        item: PersonItem::from(&entry.person),
        posts: entry
            .posts
            .iter()
            .map(|(post, basis)| HeldPost {
                post: post.id.to_string(),
                title: post.title_vi.clone(),
                basis: match basis {
                    Basis::Mandate(_) => "mandate",
                    Basis::Absence(_) => "stand_in",
                    Basis::Delegation(_) => "delegation",
                },
            })
            .collect(),
    }))
}

/// Changes of a person's entry.
pub struct OnPerson;

impl Subject for OnPerson {
    type Id = PersonId;
    type Out = PersonItem;
    const WHAT: &'static str = "person";
    const NEED: Need = MANAGE;

    fn after(tx: &mut Tx<'_>, cx: &Cx, id: PersonId) -> Result<Value, AppError> {
        value(&PersonItem::from(&person_of_unit(tx, cx, id)?))
    }
}

action!(
    /// The whole entry as it is to be.
    EditPersonBody on OnPerson, "edit_person", "/api/v1/people/{id}/actions/edit",
    {
        /// Full name.
        #[schema(value_type = String, min_length = 1, max_length = 80)]
        name: Text<80>,
        /// Work e-mail; none when missing.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 200)]
        email: Option<Text<200>>,
        /// Work telephone; none when missing.
        #[serde(default)]
        #[schema(value_type = Option<String>, max_length = 20)]
        phone: Option<Text<20>>,
    },
    |it, tx, cx, person, version| app::edit_person(tx, cx, &EditPerson {
        person,
        version,
        name: it.name.0.clone(),
        email: Text::filled(it.email.as_ref()),
        phone: Text::filled(it.phone.as_ref()),
    })
);
