//! Divisions, posts, people, mandates, absences and delegations.
//!
//! Mandates, absences and delegations hang on a post: a command that changes one of them locks the post
//! ([`lock_post`]) and counts its version up ([`touch_post`]).

use jiff::civil::Date;
use townhall_domain::ids::{PersonId, PostId, UnitId};
use townhall_domain::organisation::{
    Absence, AbsenceReason, Delegation, Division, Interval, Mandate, MandateKind, Organisation, Person, Post,
};
use townhall_domain::permission::{RightSet, Role};
use townhall_text::{fold, name_sort_key};

use crate::params;
use crate::{Row, StoreError, Tx};

/// A stored thing with the version that a later change must name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The thing.
    pub item: T,
    /// Its version, from 1.
    pub version: i64,
}

// ---- divisions

const DIVISION: &str = "SELECT unit, word, kind, space, name_vi, name_en, position, valid_from, valid_until, version FROM divisions";

/// The key of a division's row and of its facts.
pub fn division_key(unit: &UnitId, word: &str) -> String {
    format!("{unit}/{word}")
}

/// Adds a division.
pub fn insert_division(tx: &mut Tx<'_>, division: &Division) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO divisions (id, unit, word, kind, space, name_vi, name_en, position, valid_from, valid_until, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1)",
        &params![
            division_key(&division.unit, &division.id), &division.unit, &division.id, &division.kind, division.space,
            &division.name_vi, &division.name_en, division.position, division.valid.from(), division.valid.until(),
        ],
    )?;
    Ok(())
}

/// Saves a changed division; false when somebody was faster.
pub fn update_division(tx: &mut Tx<'_>, division: &Division, version: i64) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE divisions SET kind = $1, space = $2, name_vi = $3, name_en = $4, position = $5, valid_from = $6,
                valid_until = $7, version = version + 1
          WHERE id = $8 AND version = $9",
        &params![
            &division.kind, division.space, &division.name_vi, &division.name_en, division.position,
            division.valid.from(), division.valid.until(), division_key(&division.unit, &division.id), version,
        ],
    )?;
    Ok(changed == 1)
}

/// A division of a unit by its word.
pub fn division(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    word: &str,
) -> Result<Option<Versioned<Division>>, StoreError> {
    let row = tx.one(
        &format!("{DIVISION} WHERE id = $1"),
        &params![division_key(unit, word)],
    )?;
    row.as_ref().map(read_division).transpose()
}

/// The divisions of a unit that exist on a day, in their order.
pub fn divisions_as_of(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    day: Date,
) -> Result<Vec<Versioned<Division>>, StoreError> {
    let sql = format!(
        "{DIVISION} WHERE unit = $1 AND valid_from <= $2 AND (valid_until IS NULL OR valid_until > $2)
          ORDER BY position, word"
    );
    tx.each(&sql, &params![unit, day], read_division)
}

fn read_division(row: &Row) -> Result<Versioned<Division>, StoreError> {
    let item = Division {
        id: row.get("word")?,
        unit: row.get("unit")?,
        kind: row.get("kind")?,
        space: row.get("space")?,
        name_vi: row.get("name_vi")?,
        name_en: row.get("name_en")?,
        position: row.get("position")?,
        valid: interval(row)?,
    };
    Ok(Versioned {
        item,
        version: row.get("version")?,
    })
}

// ---- posts

const POST: &str =
    "SELECT id, unit, division, space, roles, title_vi, title_en, position, quota_decision, valid_from,
        valid_until, version FROM posts";

/// Adds a post.
pub fn insert_post(tx: &mut Tx<'_>, post: &Post) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO posts (id, unit, division, space, roles, title_vi, title_en, position, quota_decision, valid_from,
                valid_until, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)",
        &params![
            post.id, &post.unit, &post.division, post.space, role_words(&post.roles), &post.title_vi, &post.title_en,
            post.position, post.quota_decision.as_deref(), post.valid.from(), post.valid.until(),
        ],
    )?;
    Ok(())
}

/// Saves a changed post; false when somebody was faster.
pub fn update_post(tx: &mut Tx<'_>, post: &Post, version: i64) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE posts SET division = $1, space = $2, roles = $3, title_vi = $4, title_en = $5, position = $6,
                quota_decision = $7, valid_from = $8, valid_until = $9, version = version + 1
          WHERE id = $10 AND version = $11",
        &params![
            &post.division,
            post.space,
            role_words(&post.roles),
            &post.title_vi,
            &post.title_en,
            post.position,
            post.quota_decision.as_deref(),
            post.valid.from(),
            post.valid.until(),
            post.id,
            version,
        ],
    )?;
    Ok(changed == 1)
}

/// Counts the version of a post up, after something that hangs on it changed; false when somebody was faster.
pub fn touch_post(tx: &mut Tx<'_>, post: PostId, version: i64) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE posts SET version = version + 1 WHERE id = $1 AND version = $2",
        &params![post, version],
    )?;
    Ok(changed == 1)
}

/// A post.
pub fn post(tx: &mut Tx<'_>, id: PostId) -> Result<Option<Versioned<Post>>, StoreError> {
    let row = tx.one(&format!("{POST} WHERE id = $1"), &params![id])?;
    row.as_ref().map(read_post).transpose()
}

/// A post, held until the command ends.
pub fn lock_post(tx: &mut Tx<'_>, id: PostId) -> Result<Option<Versioned<Post>>, StoreError> {
    let row = tx.one_locked(&format!("{POST} WHERE id = $1"), &params![id])?;
    row.as_ref().map(read_post).transpose()
}

/// The posts of a unit that exist on a day, by division and place.
pub fn posts_as_of(tx: &mut Tx<'_>, unit: &UnitId, day: Date) -> Result<Vec<Versioned<Post>>, StoreError> {
    let sql = format!(
        "{POST} WHERE unit = $1 AND valid_from <= $2 AND (valid_until IS NULL OR valid_until > $2)
          ORDER BY division, position, id"
    );
    tx.each(&sql, &params![unit, day], read_post)
}

/// The posts of a unit, as of a day, that have one of these roles; for routing a step to a post.
pub fn posts_with_role(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    roles: &[Role],
    day: Date,
) -> Result<Vec<Post>, StoreError> {
    let posts = posts_as_of(tx, unit, day)?.into_iter().map(|stored| stored.item);
    Ok(posts
        .filter(|post| post.roles.iter().any(|role| roles.contains(role)))
        .collect())
}

fn read_post(row: &Row) -> Result<Versioned<Post>, StoreError> {
    let item = Post {
        id: row.get("id")?,
        unit: row.get("unit")?,
        division: row.get("division")?,
        space: row.get("space")?,
        roles: read_roles(&row.get::<String>("roles")?)?,
        title_vi: row.get("title_vi")?,
        title_en: row.get("title_en")?,
        position: row.get("position")?,
        quota_decision: row.get("quota_decision")?,
        valid: interval(row)?,
    };
    Ok(Versioned {
        item,
        version: row.get("version")?,
    })
}

fn role_words(roles: &[Role]) -> String {
    roles
        .iter()
        .map(|role| role.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

fn read_roles(words: &str) -> Result<Vec<Role>, StoreError> {
    words
        .split_whitespace()
        .map(|word| Role::parse(word).ok_or_else(|| unknown("role", word)))
        .collect()
}

// ---- people

const PERSON: &str = "SELECT id, unit, name, email, phone, version FROM persons";

/// Adds a person.
pub fn insert_person(tx: &mut Tx<'_>, person: &Person) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO persons (id, unit, name, name_key, sort_key, email, phone, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1)",
        &params![
            person.id,
            &person.unit,
            &person.name,
            fold(&person.name),
            name_sort_key(&person.name),
            person.email.as_deref(),
            person.phone.as_deref(),
        ],
    )?;
    Ok(())
}

/// Saves a changed person; false when somebody was faster.
pub fn update_person(tx: &mut Tx<'_>, person: &Person, version: i64) -> Result<bool, StoreError> {
    let changed = tx.execute(
        "UPDATE persons SET unit = $1, name = $2, name_key = $3, sort_key = $4, email = $5, phone = $6,
                version = version + 1
          WHERE id = $7 AND version = $8",
        &params![
            &person.unit,
            &person.name,
            fold(&person.name),
            name_sort_key(&person.name),
            person.email.as_deref(),
            person.phone.as_deref(),
            person.id,
            version,
        ],
    )?;
    Ok(changed == 1)
}

/// A person.
pub fn person(tx: &mut Tx<'_>, id: PersonId) -> Result<Option<Versioned<Person>>, StoreError> {
    let row = tx.one(&format!("{PERSON} WHERE id = $1"), &params![id])?;
    row.as_ref().map(read_person).transpose()
}

/// The people of a unit, sorted as in Viet Nam, whose folded name holds the folded text; `after` is the last
/// person of the page before.
pub fn people(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    search: &str,
    after: Option<PersonId>,
    limit: i64,
) -> Result<Vec<Versioned<Person>>, StoreError> {
    let sql = format!(
        "{PERSON} WHERE unit = $1 AND name_key LIKE $2
            AND ($3 = '' OR (sort_key, id) > (SELECT sort_key, id FROM persons WHERE id = $3))
          ORDER BY sort_key, id LIMIT $4"
    );
    // Folding leaves neither % nor _ at the edge of a word; one inside a word only widens the search.
    let pattern = format!("%{}%", fold(search));
    let after = after.map(|id| id.to_string()).unwrap_or_default();
    tx.each(&sql, &params![unit, pattern, after, limit], read_person)
}

/// The people who hold a post of the unit on a day or belong to it; names for a page of staff.
pub fn people_of_posts(tx: &mut Tx<'_>, unit: &UnitId, day: Date) -> Result<Vec<Person>, StoreError> {
    let sql = "SELECT DISTINCT p.id, p.unit, p.name, p.email, p.phone, p.version FROM persons p
          JOIN mandates m ON m.person = p.id JOIN posts s ON s.id = m.post
          WHERE s.unit = $1 AND m.valid_from <= $2 AND (m.valid_until IS NULL OR m.valid_until > $2)";
    tx.each(sql, &params![unit, day], |row| Ok(read_person(row)?.item))
}

fn read_person(row: &Row) -> Result<Versioned<Person>, StoreError> {
    let item = Person {
        id: row.get("id")?,
        unit: row.get("unit")?,
        name: row.get("name")?,
        email: row.get("email")?,
        phone: row.get("phone")?,
    };
    Ok(Versioned {
        item,
        version: row.get("version")?,
    })
}

fn interval(row: &Row) -> Result<Interval, StoreError> {
    let (from, until): (Date, Option<Date>) = (row.get("valid_from")?, row.get("valid_until")?);
    Interval::new(from, until).map_err(|_| unknown("interval", &format!("{from}/{until:?}")))
}

fn unknown(what: &'static str, value: &str) -> StoreError {
    StoreError::Unknown {
        what,
        value: value.to_owned(),
    }
}

mod holding;
mod names;
pub use holding::*;
pub use names::{PostName, names_of_people, post_names, titles_of_people, titles_of_posts};
