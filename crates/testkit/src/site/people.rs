//! The people of a [`Site`](super::Site): made by the program's own commands, as of 1 July 2025. All are made up.
//!
//! | user name | unit | post |
//! |---|---|---|
//! | `receptionist`, `receptionist.2` | Thuận An | receptionist in the service centre |
//! | `director` | Thuận An | director of the service centre |
//! | `office.head`, `economy.head`, `society.head` | Thuận An | heads of divisions |
//! | `justice` | Thuận An | justice and civil status officer, in the office |
//! | `office.handler`, `economy.handler`, `society.handler` | Thuận An | specialists |
//! | `chair`, `vice.chair`, `clerk`, `cashier` | Thuận An | chair, vice chair, clerk, cashier |
//! | `organiser`, `inspector`, `admin` | Thuận An | organisation officer, inspector, administrator |
//! | `party.leader` | Thuận An | secretary of the Party committee: the other space |
//! | `cujut.receptionist`, `cujut.justice`, `cujut.head`, `cujut.chair`, `cujut.clerk` | Cư Jút | the same, next door |
//! | `province.leader` | Lâm Đồng | leader of the province |

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use townhall_app::accounts::{AddAccount, add_account};
use townhall_app::actor::Actor;
use townhall_app::cx::Cx;
use townhall_app::error::AppError;
use townhall_app::organisation::{
    AddDivision, AddPerson, AddPost, GiveMandate, add_division, add_person, add_post, give_mandate,
};
use townhall_app::sign_in::password::{Password, Passwords};
use townhall_app::town::Town;
use townhall_domain::ids::{AccountId, PersonId, PostId, UnitId};
use townhall_domain::organisation::MandateKind;
use townhall_domain::permission::Role;
use townhall_domain::space::Space;
use townhall_store::{Tx, organisation};

/// Everybody's password.
pub const PASSWORD: &str = "bốn con trâu xanh";
/// Code of Thuận An.
pub const THUAN_AN: &str = "24682";
/// Code of Cư Jút.
pub const CU_JUT: &str = "24640";
/// Code of Lâm Đồng.
pub const LAM_DONG: &str = "68";

/// Since when everybody works here.
const FIRST: Date = date(2025, 7, 1);

/// Somebody in a post with an account.
#[derive(Debug, Clone, Copy)]
pub struct Employed {
    /// The post.
    pub post: PostId,
    /// The person.
    pub person: PersonId,
    /// The account.
    pub account: AccountId,
}

/// Everybody by user name.
pub type Staff = BTreeMap<String, Employed>;

/// User name, unit, division, role, name, title.
type Line = (
    &'static str,
    &'static str,
    &'static str,
    Role,
    &'static str,
    &'static str,
);

const LINES: &[Line] = &[
    (
        "receptionist",
        THUAN_AN,
        "service-centre",
        Role::Receptionist,
        "Lê Thị Mỹ Hạnh",
        "Công chức Bộ phận một cửa",
    ),
    (
        "receptionist.2",
        THUAN_AN,
        "service-centre",
        Role::Receptionist,
        "Điểu Thị Mẫu",
        "Công chức Bộ phận một cửa",
    ),
    (
        "director",
        THUAN_AN,
        "service-centre",
        Role::CentreDirector,
        "Hoàng Văn Mẫu",
        "Giám đốc Trung tâm",
    ),
    (
        "office.head",
        THUAN_AN,
        "office",
        Role::DivisionHead,
        "Phạm Thị Thử",
        "Chánh Văn phòng",
    ),
    (
        "justice",
        THUAN_AN,
        "office",
        Role::JusticeOfficer,
        "Trần Quốc Thử",
        "Công chức tư pháp – hộ tịch",
    ),
    (
        "office.handler",
        THUAN_AN,
        "office",
        Role::Handler,
        "Y Thử Niê",
        "Chuyên viên Văn phòng",
    ),
    (
        "economy.head",
        THUAN_AN,
        "economy",
        Role::DivisionHead,
        "Nguyễn Văn Thử",
        "Trưởng phòng Kinh tế",
    ),
    (
        "economy.handler",
        THUAN_AN,
        "economy",
        Role::Handler,
        "Nguyễn Thị Mẫu",
        "Chuyên viên Phòng Kinh tế",
    ),
    (
        "society.head",
        THUAN_AN,
        "society",
        Role::DivisionHead,
        "H'Mẫu Êban",
        "Trưởng phòng Văn hóa – Xã hội",
    ),
    (
        "society.handler",
        THUAN_AN,
        "society",
        Role::Handler,
        "Lý Thị Thử",
        "Chuyên viên Phòng Văn hóa – Xã hội",
    ),
    (
        "chair",
        THUAN_AN,
        "peoples-committee",
        Role::Chair,
        "Vũ Văn Mẫu",
        "Chủ tịch UBND",
    ),
    (
        "vice.chair",
        THUAN_AN,
        "peoples-committee",
        Role::ViceChair,
        "Bùi Thị Thử",
        "Phó Chủ tịch UBND",
    ),
    ("clerk", THUAN_AN, "office", Role::Clerk, "Đỗ Thị Mẫu", "Văn thư"),
    (
        "cashier",
        THUAN_AN,
        "service-centre",
        Role::Cashier,
        "Đặng Văn Thử",
        "Thủ quỹ",
    ),
    (
        "organiser",
        THUAN_AN,
        "office",
        Role::OrganisationOfficer,
        "Ngô Văn Mẫu",
        "Cán bộ tổ chức",
    ),
    (
        "inspector",
        THUAN_AN,
        "office",
        Role::Inspector,
        "Dương Thị Mẫu",
        "Cán bộ kiểm tra",
    ),
    (
        "admin",
        THUAN_AN,
        "office",
        Role::Administrator,
        "Trịnh Văn Mẫu",
        "Quản trị hệ thống",
    ),
    (
        "party.leader",
        THUAN_AN,
        "party-committee",
        Role::PartyLeader,
        "Hồ Thị Thử",
        "Bí thư Đảng ủy",
    ),
    (
        "cujut.receptionist",
        CU_JUT,
        "service-centre",
        Role::Receptionist,
        "Mai Thị Thử",
        "Công chức Bộ phận một cửa",
    ),
    (
        "cujut.justice",
        CU_JUT,
        "office",
        Role::JusticeOfficer,
        "Y Mẫu Ksor",
        "Công chức tư pháp – hộ tịch",
    ),
    (
        "cujut.head",
        CU_JUT,
        "office",
        Role::DivisionHead,
        "Tạ Thị Mẫu",
        "Chánh Văn phòng",
    ),
    (
        "cujut.chair",
        CU_JUT,
        "peoples-committee",
        Role::Chair,
        "Lương Văn Thử",
        "Chủ tịch UBND",
    ),
    (
        "cujut.clerk",
        CU_JUT,
        "office",
        Role::Clerk,
        "Cao Thị Thử",
        "Văn thư",
    ),
    (
        "province.leader",
        LAM_DONG,
        "peoples-committee",
        Role::ProvincialLeader,
        "Phan Văn Mẫu",
        "Phó Chủ tịch UBND tỉnh",
    ),
];

/// Adds everybody in one transaction. Blocks.
pub(super) fn employ_all(town: &Town, passwords: &Passwords) -> Staff {
    let system = Actor::System { job: "test" };
    let passwords = passwords.clone();
    let there = town.read_blocking("staff_there", &system, |tx, _| townhall_store::accounts::any(tx));
    assert!(
        !there.expect("the database answers"),
        "a site is made once at a place"
    );
    town.write_blocking("employ", &system, move |tx, cx| {
        let mut staff = Staff::new();
        for (position, line) in (0_u16..).zip(LINES) {
            staff.insert(line.0.to_owned(), employ(tx, cx, line, position, &passwords)?);
        }
        Ok::<_, AppError>(staff)
    })
    .unwrap_or_else(|error| panic!("the people of the site: {error:?}"))
}

fn employ(
    tx: &mut Tx<'_>,
    cx: &Cx,
    (user, unit, division, role, name, title): &Line,
    position: u16,
    passwords: &Passwords,
) -> Result<Employed, AppError> {
    let units = cx.packs().units();
    let unit = units
        .by_code(unit, FIRST)
        .ok_or(AppError::NotFound("unit"))?
        .id
        .clone();
    divide(tx, cx, &unit, division)?;
    let post = AddPost {
        unit: unit.clone(),
        division: (*division).to_owned(),
        roles: vec![*role],
        title_vi: (*title).to_owned(),
        title_en: format!("Post of {role}"),
        position,
        quota_decision: Some("12/QĐ-UBND, 01/7/2025".to_owned()),
        from: FIRST,
        until: None,
    };
    let post = add_post(tx, cx, &post)?;
    let person = AddPerson {
        unit,
        name: (*name).to_owned(),
        email: None,
        phone: None,
    };
    let person = add_person(tx, cx, &person)?;
    let mandate = GiveMandate {
        post,
        version: 1,
        person,
        kind: MandateKind::Full,
        from: FIRST,
        until: None,
        decision: None,
    };
    give_mandate(tx, cx, &mandate)?;
    let password = passwords
        .hash(&Password::typed(PASSWORD))
        .expect("a password can be hashed");
    let account = AddAccount {
        person,
        user_name: (*user).to_owned(),
        password,
        change_password: false,
    };
    let account = add_account(tx, cx, &account)?;
    Ok(Employed {
        post,
        person,
        account,
    })
}

/// A division of the usual name, if it is not there yet; its id is its kind.
fn divide(tx: &mut Tx<'_>, cx: &Cx, unit: &UnitId, id: &str) -> Result<(), AppError> {
    if organisation::division(tx, unit, id)?.is_some() {
        return Ok(());
    }
    let organ = cx.packs().organs().iter().find(|organ| organ.id == id);
    let command = AddDivision {
        unit: unit.clone(),
        id: id.to_owned(),
        kind: id.to_owned(),
        space: if id.starts_with("party") {
            Space::Party
        } else {
            Space::State
        },
        name_vi: organ.map_or_else(|| id.to_owned(), |organ| organ.name.vi.clone()),
        name_en: organ.map_or_else(|| id.to_owned(), |organ| organ.name.en.clone()),
        position: 0,
        from: FIRST,
    };
    add_division(tx, cx, &command)
}
