//! Offices of the demonstration: posts, people, mandates and accounts.
//!
//! Thuận An has 113 posts of which 96 are filled, Cư Jút 128 staff, as the reports say; who they are is made up.

mod cover;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::{Date, date};
use serde::Deserialize;
use townhall_domain::ids::{AccountId, MandateId, PersonId, PostId, UnitId};
use townhall_domain::organisation::{Basis, MandateKind};
use townhall_domain::permission::{RightSet, Rights, Role};
use townhall_domain::space::Space;
use townhall_domain::time;
use townhall_store::{Tx, organisation};

use super::names::Names;
use super::{DemoAccount, unit};
use crate::accounts::{AddAccount, AddToken, add_account, add_token};
use crate::actor::{Actor, Officer};
use crate::clock::real_now;
use crate::cx::Cx;
use crate::error::AppError;
use crate::organisation::{
    AddDivision, AddPerson, AddPost, GiveMandate, add_division, add_person, add_post, give_mandate,
};
use crate::paper::Taken;
use crate::sign_in::password::{HashedPassword, Password, PasswordCost, Passwords};
use crate::sign_in::secret::token_text;
use crate::town::Town;

/// The password of every account of the demonstration; it is printed at the start and belongs to no secret.
pub const PASSWORD: &str = "thu-nghiem-2025";

/// A group of like seats in a division.
#[derive(Debug, Clone, Deserialize)]
struct Seats {
    title: (String, String),
    roles: Vec<Role>,
    count: usize,
    vacant: usize,
    /// User names of the first of them that get an account.
    users: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Organ {
    id: String,
    space: Space,
    name: (String, String),
    seats: Vec<Seats>,
}

/// The offices of `offices.toml`.
#[derive(Debug, Deserialize)]
struct Tables {
    thuan_an: Vec<Organ>,
    cu_jut: Vec<Organ>,
    light: Vec<Organ>,
    province: Vec<Organ>,
    cover: Vec<cover::Cover>,
    away: Vec<cover::Away>,
}

fn tables() -> Result<Tables, AppError> {
    toml::from_str(include_str!("offices.toml")).map_err(|_| AppError::refused("refusal-refused"))
}

/// One filled seat.
#[derive(Debug, Clone)]
pub struct Seated {
    /// As whom he acts.
    pub actor: Actor,
    /// The post.
    pub post: PostId,
    /// Its roles.
    pub roles: Vec<Role>,
}

/// Everybody who can act, by unit.
#[derive(Debug, Default)]
pub struct Offices {
    /// Filled seats of the state's work, by unit.
    pub seats: BTreeMap<UnitId, Vec<Seated>>,
    /// Accounts that can sign in.
    pub accounts: Vec<DemoAccount>,
    /// The light communes, in order of their codes.
    pub light: Vec<UnitId>,
    /// What stands for every scan.
    pub scan: Option<Taken>,
}

impl Offices {
    /// The seats of a unit with a role.
    pub fn with_role(&self, unit: &UnitId, role: Role) -> Vec<&Seated> {
        self.seats
            .get(unit)
            .into_iter()
            .flatten()
            .filter(|seated| seated.roles.contains(&role))
            .collect()
    }
    /// Who acts as a post.
    pub fn of_post(&self, unit: &UnitId, post: PostId) -> Option<&Actor> {
        self.seats
            .get(unit)?
            .iter()
            .find(|seated| seated.post == post)
            .map(|seated| &seated.actor)
    }
}

/// Builds all offices of Lâm Đồng.
pub fn build(
    town: &Town,
    names: &mut Names,
    report: &mut dyn FnMut(usize, usize),
) -> Result<Offices, AppError> {
    let passwords = Passwords::new(PasswordCost::STANDARD)
        .map_err(|_| AppError::refused("account-password-cannot-be-hashed"))?;
    let password = passwords
        .hash(&Password::typed(PASSWORD))
        .map_err(|_| AppError::refused("account-password-cannot-be-hashed"))?;
    let province = unit("68");
    let communes: Vec<UnitId> = town
        .packs()
        .units()
        .communes_of(&province, FIRST)
        .map(|commune| commune.id.clone())
        .collect();
    let mut offices = Offices::default();
    let tables = tables()?;
    let light = Arc::new(tables.light);
    let (covers, away) = (tables.cover, tables.away);
    let mut plan: Vec<(UnitId, Arc<Vec<Organ>>)> = vec![
        (unit("24682"), Arc::new(tables.thuan_an)),
        (unit("24640"), Arc::new(tables.cu_jut)),
        (province.clone(), Arc::new(tables.province)),
    ];
    for commune in communes {
        if commune.code() != "24682" && commune.code() != "24640" {
            plan.push((commune.clone(), Arc::clone(&light)));
            offices.light.push(commune);
        }
    }
    let total = plan.len();
    let below: Arc<std::collections::BTreeSet<UnitId>> = Arc::new(
        plan.iter()
            .map(|(unit, _)| unit.clone())
            .filter(|unit| *unit != province)
            .collect(),
    );
    for (done, (unit, organs)) in plan.into_iter().enumerate() {
        report(done, total * 10);
        let people: Vec<String> = organs
            .iter()
            .flat_map(|organ| &organ.seats)
            .flat_map(|seats| 0..seats.count - seats.vacant)
            .map(|_| names.name())
            .collect();
        let (to, password, above, reach) = (
            unit.clone(),
            password.clone(),
            province.clone(),
            Arc::clone(&below),
        );
        let system = Actor::System { job: "demo" };
        let clock_at = time::instant(FIRST.at(7, 0, 0, 0));
        let base = town.cx(&system);
        let (covers, away) = (covers.clone(), away.clone());
        let (seated, accounts) = town.db().write_blocking("demo_office", move |tx| {
            let cx = base.at(clock_at);
            let hall = Hall {
                unit: &to,
                province: &above,
                below: &reach,
                password: &password,
            };
            let (mut seated, accounts) = fill(tx, &cx, hall, &organs, &people)?;
            for (post, person, mandate) in cover::stand_in(tx, &cx, &to, &covers, &away)? {
                let who = Who {
                    hall,
                    division: &post.division,
                    space: post.space,
                    person,
                    post: post.id,
                    mandate,
                };
                let actor = who.actor(&post.roles, cx.new_id::<AccountId>());
                seated.push(Seated {
                    actor,
                    post: post.id,
                    roles: post.roles.clone(),
                });
            }
            Ok::<_, AppError>((seated, accounts))
        })?;
        offices.seats.insert(unit, seated);
        offices.accounts.extend(accounts);
    }
    Ok(offices)
}

/// A unit whose offices are filled, and what its officers need to act.
#[derive(Clone, Copy)]
struct Hall<'a> {
    unit: &'a UnitId,
    province: &'a UnitId,
    below: &'a Arc<std::collections::BTreeSet<UnitId>>,
    password: &'a HashedPassword,
}

/// The first day of the two levels: all divisions, posts and mandates begin with it.
const FIRST: Date = date(2025, 7, 1);

fn fill(
    tx: &mut Tx<'_>,
    cx: &Cx,
    hall: Hall<'_>,
    organs: &[Organ],
    people: &[String],
) -> Result<(Vec<Seated>, Vec<DemoAccount>), AppError> {
    let (mut seated, mut accounts) = (Vec::new(), Vec::new());
    let mut people = people.iter();
    let mut position = 0;
    for (place, organ) in organs.iter().enumerate() {
        add_division(tx, cx, &organ.division(hall.unit, place))?;
        for seats in &organ.seats {
            for number in 0..seats.count {
                let post = add_post(tx, cx, &organ.post(hall.unit, seats, position))?;
                position += 1;
                // The last seats of a group are the vacant ones.
                if number >= seats.count - seats.vacant {
                    continue;
                }
                let Some(name) = people.next() else { continue };
                let who = employ(tx, cx, hall, organ, post, name)?;
                let account = match seats.users.get(number) {
                    Some(user) => {
                        let (account, shown) = open_account(tx, cx, &who, &seats.roles, user)?;
                        accounts.push(shown);
                        account
                    }
                    // Acts in the past of the demonstration and never signs in: an account that does not exist.
                    None => cx.new_id::<AccountId>(),
                };
                if organ.space == Space::State {
                    seated.push(Seated {
                        actor: who.actor(&seats.roles, account),
                        post,
                        roles: seats.roles.clone(),
                    });
                }
            }
        }
    }
    Ok((seated, accounts))
}

impl Organ {
    fn division(&self, unit: &UnitId, place: usize) -> AddDivision {
        AddDivision {
            unit: unit.clone(),
            id: self.id.clone(),
            kind: self.id.clone(),
            space: self.space,
            name_vi: self.name.0.clone(),
            name_en: self.name.1.clone(),
            position: u16::try_from(place).unwrap_or(0),
            from: FIRST,
        }
    }

    fn post(&self, unit: &UnitId, seats: &Seats, position: u16) -> AddPost {
        AddPost {
            unit: unit.clone(),
            division: self.id.clone(),
            roles: seats.roles.clone(),
            title_vi: seats.title.0.clone(),
            title_en: seats.title.1.clone(),
            position,
            quota_decision: Some("Dữ liệu minh họa".to_owned()),
            from: FIRST,
            until: None,
        }
    }
}

/// A person of this name takes a post.
fn employ<'a>(
    tx: &mut Tx<'_>,
    cx: &Cx,
    hall: Hall<'a>,
    organ: &'a Organ,
    post: PostId,
    name: &str,
) -> Result<Who<'a>, AppError> {
    let person = AddPerson {
        unit: hall.unit.clone(),
        name: name.to_owned(),
        email: None,
        phone: None,
    };
    let person = add_person(tx, cx, &person)?;
    let version = organisation::post(tx, post)?.map_or(1, |found| found.version);
    let mandate = GiveMandate {
        post,
        version,
        person,
        kind: MandateKind::Full,
        from: FIRST,
        until: None,
        decision: None,
    };
    let mandate = give_mandate(tx, cx, &mandate)?;
    Ok(Who {
        hall,
        division: &organ.id,
        space: organ.space,
        person,
        post,
        mandate,
    })
}

/// An account with a token, and how both are told.
fn open_account(
    tx: &mut Tx<'_>,
    cx: &Cx,
    who: &Who<'_>,
    roles: &[Role],
    user: &str,
) -> Result<(AccountId, DemoAccount), AppError> {
    let account = AddAccount {
        person: who.person,
        user_name: user.to_owned(),
        password: who.hall.password.clone(),
        change_password: false,
    };
    let account = add_account(tx, cx, &account)?;
    let shown = token_of(tx, cx, who, roles, account, user)?;
    Ok((account, shown))
}

struct Who<'a> {
    hall: Hall<'a>,
    division: &'a str,
    space: Space,
    person: PersonId,
    post: PostId,
    mandate: MandateId,
}

impl Who<'_> {
    fn actor(&self, roles: &[Role], account: AccountId) -> Actor {
        let is_province = self.hall.unit == self.hall.province;
        Actor::Officer(Arc::new(Officer {
            account,
            person: self.person,
            post: self.post,
            mandate: self.mandate,
            basis: Basis::Mandate(self.mandate),
            unit: self.hall.unit.clone(),
            province: (!is_province).then(|| self.hall.province.clone()),
            below: if is_province {
                Arc::clone(self.hall.below)
            } else {
                Arc::default()
            },
            space: self.space,
            division: self.division.to_owned(),
            roles: roles.to_vec(),
            rights: Rights::of(roles),
            token: None,
        }))
    }
}

fn token_of(
    tx: &mut Tx<'_>,
    cx: &Cx,
    who: &Who<'_>,
    roles: &[Role],
    account: AccountId,
    user: &str,
) -> Result<DemoAccount, AppError> {
    let own = cx.as_actor(who.actor(roles, account));
    let scopes: RightSet = Rights::of(roles).any();
    let made = add_token(
        tx,
        &own,
        &AddToken {
            label: "Demo".to_owned(),
            scopes,
            days: 366,
            now: real_now(),
        },
    )?;
    Ok(DemoAccount {
        role: roles
            .first()
            .map(|role| role.as_str().to_owned())
            .unwrap_or_default(),
        unit: who.hall.unit.code().to_owned(),
        user: user.to_owned(),
        password: PASSWORD.to_owned(),
        token: token_text(&made.secret),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_a_dossier_may_come_to_in_thuan_an_can_sign_in() {
        let tables = tables().expect("the offices");
        let holders = [
            Role::DivisionHead,
            Role::Handler,
            Role::JusticeOfficer,
            Role::Chair,
            Role::ViceChair,
            Role::Clerk,
        ];
        let seats = tables.thuan_an.iter().flat_map(|organ| &organ.seats);
        let holding = seats.filter(|seats| seats.roles.iter().any(|role| holders.contains(role)));
        let groups: Vec<_> = holding.collect();
        assert!(groups.len() > 10, "{groups:?}");
        for seats in groups {
            assert_eq!(seats.users.len(), seats.count - seats.vacant, "{:?}", seats.title);
        }
    }

    #[test]
    fn the_reports_numbers_of_posts_hold() {
        let tables = tables().expect("the offices");
        let sum = |organs: &[Organ]| {
            let seats = organs.iter().flat_map(|organ| &organ.seats);
            seats.fold((0, 0), |(all, vacant), seats| {
                (all + seats.count, vacant + seats.vacant)
            })
        };
        assert_eq!(sum(&tables.thuan_an), (113, 17));
        assert_eq!(sum(&tables.cu_jut), (128, 0));
    }
}
