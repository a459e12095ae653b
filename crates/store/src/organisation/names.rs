//! What pages call posts: title, unit and who holds them, many at once.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;
use townhall_domain::ids::{PersonId, PostId, UnitId};

use crate::value::Value;
use crate::{StoreError, Tx, params};

/// How a page names a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PostName {
    /// Its unit.
    pub unit: UnitId,
    /// Its division's word.
    pub division: String,
    /// Vietnamese title.
    pub title_vi: String,
    /// English title.
    pub title_en: String,
    /// Who holds it on the day: the full holder before an acting one; nobody when it is vacant.
    pub holder: Option<String>,
}

/// Most posts or people asked for in one statement.
const AT_ONCE: usize = 200;

/// Sorted, each once, in portions that one statement takes; with the places `$first, …` of a portion.
fn portions<T: Ord + Copy>(
    ids: impl IntoIterator<Item = T>,
    first: usize,
) -> impl Iterator<Item = (Vec<T>, String)> {
    let wanted: Vec<T> = ids.into_iter().collect::<BTreeSet<T>>().into_iter().collect();
    let portions: Vec<Vec<T>> = wanted.chunks(AT_ONCE).map(<[T]>::to_vec).collect();
    portions.into_iter().map(move |portion| {
        let places: Vec<String> = (first..first + portion.len())
            .map(|place| format!("${place}"))
            .collect();
        (portion, places.join(", "))
    })
}

/// The titles of posts, in Vietnamese and English; a post that is not known is left out.
pub fn titles_of_posts(
    tx: &mut Tx<'_>,
    posts: impl IntoIterator<Item = PostId>,
) -> Result<BTreeMap<PostId, (String, String)>, StoreError> {
    let mut titles = BTreeMap::new();
    for (portion, places) in portions(posts, 1) {
        let sql = format!(
            "SELECT s.id AS id, s.title_vi AS title_vi, s.title_en AS title_en FROM posts s WHERE s.id IN ({places})"
        );
        let params: Vec<Value> = portion.into_iter().map(Value::from).collect();
        for row in tx.rows(&sql, &params)? {
            titles.insert(row.get("id")?, (row.get("title_vi")?, row.get("title_en")?));
        }
    }
    Ok(titles)
}

/// The names of people; somebody who is not known is left out.
pub fn names_of_people(
    tx: &mut Tx<'_>,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<BTreeMap<PersonId, String>, StoreError> {
    let mut names = BTreeMap::new();
    for (portion, places) in portions(people, 1) {
        let sql = format!("SELECT p.id AS id, p.name AS name FROM persons p WHERE p.id IN ({places})");
        let params: Vec<Value> = portion.into_iter().map(Value::from).collect();
        for row in tx.rows(&sql, &params)? {
            names.insert(row.get("id")?, row.get("name")?);
        }
    }
    Ok(names)
}

/// The titles of the posts that people hold in a unit on a day, in Vietnamese and English; the full one first.
pub fn titles_of_people(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    day: Date,
) -> Result<BTreeMap<PersonId, Vec<(String, String)>>, StoreError> {
    let rows = tx.rows(
        "SELECT m.person AS person, s.title_vi AS title_vi, s.title_en AS title_en
           FROM posts s JOIN mandates m ON m.post = s.id
          WHERE s.unit = $1 AND m.valid_from <= $2 AND (m.valid_until IS NULL OR m.valid_until > $2)
          ORDER BY m.person, CASE m.kind WHEN 'full' THEN 0 WHEN 'acting' THEN 1 ELSE 2 END, m.id",
        &params![unit, day],
    )?;
    let mut titles: BTreeMap<PersonId, Vec<(String, String)>> = BTreeMap::new();
    for row in &rows {
        let held = titles.entry(row.get("person")?).or_default();
        held.push((row.get("title_vi")?, row.get("title_en")?));
    }
    Ok(titles)
}

/// The names of posts as of a day; a post that is not known is left out.
pub fn post_names(
    tx: &mut Tx<'_>,
    posts: impl IntoIterator<Item = PostId>,
    day: Date,
) -> Result<BTreeMap<PostId, PostName>, StoreError> {
    let mut names = BTreeMap::new();
    for (portion, places) in portions(posts, 2) {
        let sql = format!(
            "SELECT s.id AS id, s.unit AS unit, s.division AS division, s.title_vi AS title_vi, s.title_en AS title_en, p.name AS holder
             FROM posts s
             LEFT JOIN mandates m ON m.post = s.id AND m.valid_from <= $1 AND (m.valid_until IS NULL OR m.valid_until > $1)
             LEFT JOIN persons p ON p.id = m.person
             WHERE s.id IN ({places})
             ORDER BY s.id, CASE m.kind WHEN 'full' THEN 0 WHEN 'acting' THEN 1 ELSE 2 END, m.id"
        );
        let mut params: Vec<Value> = vec![day.into()];
        params.extend(portion.into_iter().map(Value::from));
        for row in tx.rows(&sql, &params)? {
            // The first row of a post has its foremost holder.
            if let std::collections::btree_map::Entry::Vacant(place) = names.entry(row.get("id")?) {
                place.insert(PostName {
                    unit: row.get("unit")?,
                    division: row.get("division")?,
                    title_vi: row.get("title_vi")?,
                    title_en: row.get("title_en")?,
                    holder: row.get("holder")?,
                });
            }
        }
    }
    Ok(names)
}
