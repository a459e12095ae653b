//! Links of accounts with people at an identity provider, over the API.
//!
//! A link of one's own is made in the browser alone, where both sides are proved; it can be taken away here, too.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use townhall_app::accounts::{LinkAccount, link_account, links_of, own_links, unlink_account, unlink_own};
use townhall_app::cx::Cx;
use townhall_app::error::AppError;
use townhall_domain::ids::{AccountId, ProviderLinkId};
use townhall_store::provider_links::ProviderLink;
use townhall_store::{StoreError, Tx};
use utoipa::ToSchema;

use super::accounts::{MANAGE, OnAccount};
use super::act::{self, action};
use super::book::{Book, Operation};
use super::guard::Asker;
use super::once::once;
use super::problem::Wrong;
use super::read::{InPath, Sent, Text};
use super::shapes::{instant, list_of};
use crate::routes::Need;
use crate::state::App;

pub(super) fn add(book: Book) -> Book {
    let book = book
        .add(
            Operation::get("list_own_links", "/api/v1/me/provider-links", Need::Session)
                .gives::<ProviderLinkList>(200),
            own,
        )
        .add(
            Operation::post(
                "remove_own_link",
                "/api/v1/me/provider-links/{id}/actions/remove",
                Need::Session,
            )
            .takes::<RemoveOwnLinkBody>()
            .gives::<ProviderLinkList>(200),
            remove_own,
        )
        .add(
            Operation::get("list_links", "/api/v1/accounts/{id}/provider-links", MANAGE)
                .gives::<ProviderLinkList>(200),
            of_account,
        );
    let book = act::add::<LinkProviderBody>(book);
    act::add::<RemoveLinkBody>(book)
}

/// A person at an identity provider who signs in as an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProviderLinkOut {
    /// Identity.
    #[schema(format = "uuid")]
    id: String,
    /// Address of the provider, as it names itself.
    issuer: String,
    /// Who the person is there.
    subject: String,
    /// Since when.
    #[schema(format = DateTime)]
    created_at: String,
}

impl From<&ProviderLink> for ProviderLinkOut {
    fn from(link: &ProviderLink) -> Self {
        Self {
            id: link.id.to_string(),
            issuer: link.issuer.clone(),
            subject: link.subject.clone(),
            created_at: instant(link.created_at),
        }
    }
}

list_of!(
    /// The links of an account, by provider.
    ProviderLinkList of ProviderLinkOut
);

fn listed(links: &[ProviderLink]) -> ProviderLinkList {
    links.iter().map(ProviderLinkOut::from).collect()
}

async fn own(State(app): State<App>, asker: Asker) -> Result<Json<ProviderLinkList>, Wrong> {
    let links = app.town.read("own_links", &asker.actor, own_links).await;
    Ok(Json(listed(&links.map_err(Wrong::App)?)))
}

/// Nothing is said beside the address.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveOwnLinkBody {}

async fn remove_own(
    State(app): State<App>,
    id: InPath,
    sent: Sent<RemoveOwnLinkBody>,
) -> Result<Response, Wrong> {
    let id: ProviderLinkId = id.id("link")?;
    let run = move |tx: &mut Tx<'_>, cx: &Cx| -> Result<Value, AppError> {
        unlink_own(tx, cx, id)?;
        Ok(serde_json::to_value(listed(&own_links(tx, cx)?)).map_err(StoreError::from)?)
    };
    once(&app, &sent, "remove_own_link", StatusCode::OK, run).await
}

async fn of_account(
    State(app): State<App>,
    asker: Asker,
    id: InPath,
) -> Result<Json<ProviderLinkList>, Wrong> {
    let id: AccountId = id.id("account")?;
    let links = app
        .town
        .read("links_of", &asker.actor, move |tx, cx| links_of(tx, cx, id));
    Ok(Json(listed(&links.await.map_err(Wrong::App)?)))
}

action!(
    /// Who signs in as the account by an identity provider; a link at the same provider gives way. Sessions end.
    LinkProviderBody on OnAccount, "link_provider", "/api/v1/accounts/{id}/actions/link-provider",
    {
        /// Address of the provider, exactly as it names itself.
        #[schema(value_type = String, min_length = 8, max_length = 500)]
        issuer: Text<500>,
        /// Who the person is there.
        #[schema(value_type = String, min_length = 1, max_length = 255)]
        subject: Text<255>,
    },
    |it, tx, cx, account, version| link_account(tx, cx, &LinkAccount {
        account,
        version,
        issuer: it.issuer.0.clone(),
        subject: it.subject.0.clone(),
    })
);
action!(
    /// Nobody signs in as the account by this link any more; its sessions end.
    RemoveLinkBody on OnAccount, "remove_link", "/api/v1/accounts/{id}/actions/remove-link",
    {
        /// The link.
        #[schema(value_type = String, format = "uuid", max_length = 36)]
        link: Text<36>,
    },
    |it, tx, cx, account, version| {
        let link = it.link.0.parse().map_err(|_| AppError::field("link", "provider-link-unknown"))?;
        unlink_account(tx, cx, account, version, link)
    }
);
