//! Routes with the right that each one needs: nothing is reachable that this table does not name.
//!
//! A capability gives a [`Routes`]; the guard of `session` stands before every handler and asks what the table
//! says. The permission test walks the same table as every kind of wrong person.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, on};
use townhall_domain::permission::Right;

use crate::api::guard::{self, Gate, Limits};
use crate::session;
use crate::state::App;

/// Who may come to a route at all; the command behind it asks again, for the very thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Anybody.
    Public,
    /// Anybody who has signed in, in the browser.
    Session,
    /// Who holds this right in any reach.
    Right(Right),
    /// Who holds one of these rights in any reach.
    AnyOf(&'static [Right]),
}

/// One line of the table.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Method.
    pub method: Method,
    /// Path with its parameters, `/dossiers/{id}`.
    pub path: &'static str,
    /// What it needs.
    pub need: Need,
}

impl Entry {
    /// Whether programs come to it with a token, and nobody with a cookie.
    pub fn is_api(&self) -> bool {
        self.path.starts_with("/api/")
    }
}

/// Routes of one capability.
#[derive(Debug)]
pub struct Routes {
    app: App,
    router: Router<App>,
    table: Vec<Entry>,
}

impl Routes {
    /// No route yet.
    pub fn new(app: &App) -> Self {
        Self {
            app: app.clone(),
            router: Router::new(),
            table: Vec::new(),
        }
    }

    /// A page or a query.
    #[must_use]
    pub fn get<H, T>(self, path: &'static str, need: Need, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::GET, path, need, handler)
    }

    /// A command.
    #[must_use]
    pub fn post<H, T>(self, path: &'static str, need: Need, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::POST, path, need, handler)
    }

    /// A command whose body may be larger than a form: so many bytes.
    #[must_use]
    pub fn upload<H, T>(
        mut self,
        method: Method,
        path: &'static str,
        need: Need,
        most_bytes: usize,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let filter = if method == Method::PATCH {
            MethodFilter::PATCH
        } else {
            MethodFilter::POST
        };
        let guard = axum::middleware::from_fn_with_state((self.app.clone(), need), session::guard);
        let limit = DefaultBodyLimit::max(most_bytes);
        self.router = self
            .router
            .route(path, on(filter, handler).layer(limit).layer(guard));
        self.table.push(Entry { method, path, need });
        self
    }

    /// A route of any method.
    #[must_use]
    pub fn add<H, T>(mut self, method: Method, path: &'static str, need: Need, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let guard = axum::middleware::from_fn_with_state((self.app.clone(), need), session::guard);
        self.router = self.router.route(path, on(filter(&method), handler).layer(guard));
        self.table.push(Entry { method, path, need });
        self
    }

    /// A route of the API: programs come to it with a token; cookies are not looked at.
    #[must_use]
    pub fn api<H, T>(
        mut self,
        method: Method,
        path: &'static str,
        need: Need,
        limits: &Limits,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        debug_assert!(path.starts_with("/api/"), "{path} is no address of the API");
        let gate = Gate {
            app: self.app.clone(),
            need,
            limits: limits.clone(),
        };
        let guard = axum::middleware::from_fn_with_state(gate, guard::stand_before);
        self.router = self.router.route(path, on(filter(&method), handler).layer(guard));
        self.table.push(Entry { method, path, need });
        self
    }

    /// Joins the routes of another capability.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.table.extend(other.table);
        self
    }

    /// The table.
    pub fn table(&self) -> &[Entry] {
        &self.table
    }

    /// The router itself.
    pub fn into_router(self) -> Router<App> {
        self.router
    }
}

fn filter(method: &Method) -> MethodFilter {
    match *method {
        Method::POST => MethodFilter::POST,
        Method::PUT => MethodFilter::PUT,
        Method::PATCH => MethodFilter::PATCH,
        Method::DELETE => MethodFilter::DELETE,
        _ => MethodFilter::GET,
    }
}
