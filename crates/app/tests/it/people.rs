//! A small commune for the tests of identity: posts, people and accounts, put straight into the store; and the
//! steps of a sign-in as one call each.

use std::net::IpAddr;
use std::sync::LazyLock;

use jiff::civil::{Date, date};
use townhall_app::packs::Packs;
use townhall_app::sign_in::password::{Password, PasswordCost, Passwords};
use townhall_app::sign_in::secret::Secret;
use townhall_app::sign_in::{self, Handed, Moment, Refusal, SignedIn};
use townhall_domain::ids::{Id, PersonId, PostId, UnitId};
use townhall_domain::organisation::{Basis, Division, Interval, Mandate, MandateKind, Person, Post};
use townhall_domain::permission::Role;
use townhall_domain::space::Space;
use townhall_domain::time::{self, Timestamp};
use townhall_store::accounts::Account;
use townhall_store::{Db, StoreError, Tx, accounts, organisation};
use uuid::Uuid;

/// The business day of these tests; the machine's clock stands in November 2026.
pub const DAY: Date = date(2025, 8, 5);
pub const PASSWORD: &str = "bốn con trâu xanh";

pub static PASSWORDS: LazyLock<Passwords> =
    LazyLock::new(|| Passwords::new(PasswordCost::TINY).expect("a tiny cost is possible"));

/// Law as data; read once a process.
pub static PACKS: LazyLock<Packs> = LazyLock::new(|| Packs::load(None).expect("the packs of the program"));

pub fn id<T: Id>(number: u128) -> T {
    T::from_uuid(Uuid::from_u128(number))
}

pub fn thuan_an() -> UnitId {
    unit("24682")
}

pub fn unit(code: &str) -> UnitId {
    PACKS
        .units()
        .by_code(code, DAY)
        .expect("a unit of the packs")
        .id
        .clone()
}

/// So many seconds after the machine's noon, on the business day.
pub fn at(second: i64) -> Moment<'static> {
    at_on(second, DAY)
}

pub fn at_on(second: i64, day: Date) -> Moment<'static> {
    let now = Timestamp::from_second(1_795_000_000 + second).expect("an instant");
    Moment {
        now,
        business: time::instant(day.at(9, 0, 0, 0)),
        units: PACKS.units(),
    }
}

pub fn write<T: Send + 'static>(
    db: &Db,
    closure: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    db.write_blocking("test", closure).expect("a write")
}

pub fn read<T: Send + 'static>(
    db: &Db,
    closure: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> T {
    db.read_blocking("test", closure).expect("a read")
}

pub fn post(number: u128, role: Role) -> Post {
    Post {
        id: id(number),
        unit: thuan_an(),
        division: "office".to_owned(),
        space: Space::State,
        roles: vec![role],
        title_vi: format!("Chức danh {number}"),
        title_en: format!("Post {number}"),
        position: 0,
        quota_decision: Some("12/QĐ-UBND".to_owned()),
        valid: Interval::since(date(2025, 7, 1)),
    }
}

pub fn add_post(tx: &mut Tx<'_>, post: &Post) -> Result<(), StoreError> {
    if organisation::division(tx, &post.unit, &post.division)?.is_none() {
        let division = Division {
            id: post.division.clone(),
            unit: post.unit.clone(),
            kind: "office".to_owned(),
            space: post.space,
            name_vi: "Văn phòng".to_owned(),
            name_en: "Office".to_owned(),
            position: 0,
            valid: Interval::since(date(2025, 7, 1)),
        };
        organisation::insert_division(tx, &division)?;
    }
    organisation::insert_post(tx, post)
}

pub fn give(
    tx: &mut Tx<'_>,
    number: u128,
    post: PostId,
    person: PersonId,
    valid: Interval,
) -> Result<(), StoreError> {
    let kind = MandateKind::Full;
    organisation::save_mandate(
        tx,
        &Mandate {
            id: id(number),
            post,
            person,
            kind,
            valid,
            decision: None,
        },
    )
}

/// A person `10 + n` in the post `n`, with mandate `100 + n` and account `1000 + n` named `user.n`.
pub fn employ(tx: &mut Tx<'_>, number: u128, role: Role) -> Result<(), StoreError> {
    add_post(tx, &post(number, role))?;
    enrol_person(tx, number)?;
    give(
        tx,
        100 + number,
        id(number),
        id(10 + number),
        Interval::since(date(2025, 7, 1)),
    )
}

pub fn enrol_person(tx: &mut Tx<'_>, number: u128) -> Result<(), StoreError> {
    let name = format!("Nguyễn Văn {number}");
    let person = Person {
        id: id(10 + number),
        unit: thuan_an(),
        name,
        email: None,
        phone: None,
    };
    organisation::insert_person(tx, &person)?;
    accounts::insert(tx, &account(number))
}

pub fn account(number: u128) -> Account {
    Account {
        id: id(1000 + number),
        user_name: format!("user.{number}"),
        person: id(10 + number),
        unit: thuan_an(),
        active: true,
        change_password: false,
        password_hash: PASSWORDS
            .hash(&Password::typed(PASSWORD))
            .expect("a hash")
            .stored()
            .to_owned(),
        totp_secret: None,
        created_at: at(0).now,
    }
}

/// The address from which people sign in.
pub fn home() -> IpAddr {
    IpAddr::from([192, 0, 2, 7])
}

pub fn sign_in_from(
    db: &Db,
    moment: Moment<'static>,
    name: &str,
    password: &str,
    source: IpAddr,
) -> Result<Handed, Refusal> {
    let name = name.to_owned();
    let attempt = write(db, move |tx| sign_in::take_try(tx, &moment, &name, source))?;
    if !attempt.is_right(&PASSWORDS, &Password::typed(password)) {
        return Err(Refusal::Wrong);
    }
    write(db, move |tx| sign_in::open(tx, &moment, &attempt))
}

pub fn sign_in(db: &Db, moment: Moment<'static>, name: &str, password: &str) -> Result<Handed, Refusal> {
    sign_in_from(db, moment, name, password, home())
}

pub fn who(db: &Db, moment: Moment<'static>, token: &Secret) -> Option<SignedIn> {
    let token = token.clone();
    read(db, move |tx| sign_in::who(tx, &moment, &token))
}

pub fn choose(db: &Db, moment: Moment<'static>, token: &Secret, basis: Basis) -> Result<Handed, Refusal> {
    let token = token.clone();
    write(db, move |tx| sign_in::choose_post(tx, &moment, &token, basis))
}

pub fn enter(db: &Db, moment: Moment<'static>, token: &Secret, code: String) -> Result<Handed, Refusal> {
    let token = token.clone();
    write(db, move |tx| sign_in::enter_code(tx, &moment, &token, &code))
}
