//! Actions on a thing that has a version: a typed body each, one way to run them all.

use std::str::FromStr;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::de::DeserializeOwned;
use serde_json::Value;
use townhall_app::cx::Cx;
use townhall_app::error::AppError;
use townhall_store::Tx;
use utoipa::ToSchema;

use super::book::{Book, Operation};
use super::once::once;
use super::problem::Wrong;
use super::read::{InPath, Sent};
use crate::routes::Need;
use crate::state::App;

/// What is acted on.
pub(super) trait Subject: Send + Sync + 'static {
    /// Its identifier.
    type Id: FromStr + Copy + Send + Sync + 'static;
    /// How it is given back.
    type Out: ToSchema;
    /// Word for the log.
    const WHAT: &'static str;
    /// Who may come; the command asks again.
    const NEED: Need;
    /// The thing after the action.
    fn after(tx: &mut Tx<'_>, cx: &Cx, id: Self::Id) -> Result<Value, AppError>;
}

/// An action as a program asks for it.
pub(super) trait Act: DeserializeOwned + ToSchema + Clone + Send + Sync + 'static {
    /// What it acts on.
    type On: Subject;
    /// Its address.
    const PATH: &'static str;
    /// The name of its operation.
    const ID: &'static str;
    /// The version that the body names.
    fn version(&self) -> Option<i64>;
    /// Runs the command.
    fn run(
        &self,
        tx: &mut Tx<'_>,
        cx: &Cx,
        id: <Self::On as Subject>::Id,
        version: i64,
    ) -> Result<(), AppError>;
}

/// Declares an action: what it acts on, its address, its body, and how the body becomes a command.
macro_rules! action {
    (
        $(#[$doc:meta])* $name:ident on $subject:ty, $id:literal, $path:literal,
        { $($(#[$attr:meta])* $field:ident: $type:ty),* $(,)? },
        |$it:ident, $tx:ident, $cx:ident, $of:ident, $version:ident| $run:expr
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, serde::Deserialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// Version that was read; `If-Match` says the same.
            #[serde(default)]
            #[schema(minimum = 1)]
            version: Option<i64>,
            $($(#[$attr])* $field: $type,)*
        }
        impl crate::api::act::Act for $name {
            type On = $subject;
            const PATH: &'static str = $path;
            const ID: &'static str = $id;
            fn version(&self) -> Option<i64> { self.version }
            fn run(
                &self,
                $tx: &mut townhall_store::Tx<'_>,
                $cx: &townhall_app::cx::Cx,
                $of: <$subject as crate::api::act::Subject>::Id,
                $version: i64,
            ) -> Result<(), townhall_app::error::AppError> {
                let $it = self;
                $run
            }
        }
    };
}
pub(super) use action;

/// Declares actions that need a reason and nothing else; their commands are those of the module `app`.
macro_rules! with_reason {
    (
        on $subject:ty as $of:ident;
        $($(#[$doc:meta])* $name:ident, $id:literal, $path:literal, $command:ident, $run:ident;)*
    ) => {$(
        crate::api::act::action!(
            $(#[$doc])* $name on $subject, $id, $path,
            {
                /// Why.
                #[schema(value_type = String, min_length = 3, max_length = 2000)]
                reason: Text<2000>,
            },
            |it, tx, cx, $of, version| {
                app::$run(tx, cx, &app::$command { $of, version, reason: it.reason.0.clone() })
            }
        );
    )*};
}
pub(super) use with_reason;

/// Adds the route of an action.
pub(super) fn add<A: Act>(book: Book) -> Book {
    let operation = Operation::post(A::ID, A::PATH, A::On::NEED)
        .on_version()
        .takes::<A>()
        .gives::<<A::On as Subject>::Out>(200);
    book.add(operation, act::<A>)
}

/// The version that the body or `If-Match` names; both must say the same.
pub(super) fn version_of(body: Option<i64>, if_match: Option<i64>) -> Result<i64, Wrong> {
    match (body, if_match) {
        (Some(one), Some(other)) if one != other => Err(Wrong::field("version", "api-version-wrong")),
        (Some(version), _) | (None, Some(version)) => Ok(version),
        (None, None) => Err(Wrong::NoVersion),
    }
}

async fn act<A: Act>(State(app): State<App>, id: InPath, sent: Sent<A>) -> Result<Response, Wrong> {
    let id: <A::On as Subject>::Id = id.id(A::On::WHAT)?;
    let version = version_of(sent.body.version(), sent.version)?;
    let body = sent.body.clone();
    once(&app, &sent, A::ID, StatusCode::OK, move |tx, cx| {
        body.run(tx, cx, id, version)?;
        A::On::after(tx, cx, id)
    })
    .await
}
