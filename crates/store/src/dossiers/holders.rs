//! Posts that can take a dossier now.

use jiff::civil::Date;
use townhall_domain::ids::{PostId, UnitId};
use townhall_domain::permission::Role;
use townhall_domain::space::Space;

use crate::{StoreError, Tx, params};

/// A post that somebody holds on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct FilledPost {
    /// Identity.
    pub id: PostId,
    /// What it is there for.
    pub roles: Vec<Role>,
    /// Kind of its division (`office`, `economy`, `society`, …).
    pub division_kind: String,
    /// Place in the list of posts.
    pub position: i64,
    /// Open dossiers in its hand.
    pub open_count: i64,
}

/// The posts of a unit with a mandate on a day and how much each has open.
pub fn filled_posts(
    tx: &mut Tx<'_>,
    unit: &UnitId,
    space: Space,
    day: Date,
) -> Result<Vec<FilledPost>, StoreError> {
    tx.each(
        "SELECT s.id AS id, s.roles AS roles, v.kind AS kind, s.position AS position,
                (SELECT COUNT(*) FROM dossiers d WHERE d.unit = $1 AND d.space = $2 AND d.holder_post = s.id AND d.is_open = 1) AS open_count
         FROM posts s JOIN divisions v ON v.unit = s.unit AND v.word = s.division
         WHERE s.unit = $1 AND s.space = $2 AND s.roles <> 'staff' AND s.valid_from <= $3 AND (s.valid_until IS NULL OR s.valid_until > $3)
           AND EXISTS (SELECT 1 FROM mandates m WHERE m.post = s.id AND m.valid_from <= $3 AND (m.valid_until IS NULL OR m.valid_until > $3))
         ORDER BY s.position, s.id",
        &params![unit, space, day], |row| {
        let words: String = row.get("roles")?;
        Ok(FilledPost {
            id: row.get("id")?,
            roles: words.split_whitespace().filter_map(Role::parse).collect(),
            division_kind: row.get("kind")?,
            position: row.get("position")?,
            open_count: row.get("open_count")?,
        })
    })
}
