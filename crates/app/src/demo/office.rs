//! Offices of the demonstration: posts, people, mandates and accounts.
//!
//! Thuận An has 113 posts of which 96 are filled, Cư Jút 128 staff, as the reports say; who they are is made up.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::date;
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
use crate::sign_in::password::{HashedPassword, Password, PasswordCost, Passwords};
use crate::sign_in::secret::token_text;
use crate::town::Town;

/// The password of every account of the demonstration; it is printed at the start and belongs to no secret.
pub const PASSWORD: &str = "thu-nghiem-2025";

/// A group of like seats in a division.
struct Seats {
    title: (&'static str, &'static str),
    roles: &'static [Role],
    count: usize,
    vacant: usize,
    /// User names of the first of them that get an account.
    users: &'static [&'static str],
}

struct Organ {
    id: &'static str,
    space: Space,
    name: (&'static str, &'static str),
    seats: &'static [Seats],
}

macro_rules! seats {
    ($vi:literal, $en:literal, [$($role:ident),*], $count:literal, $vacant:literal $(, $user:literal)*) => {
        Seats { title: ($vi, $en), roles: &[$(Role::$role),*], count: $count, vacant: $vacant, users: &[$($user),*] }
    };
}

/// The 113 seats of Thuận An, 17 of them vacant.
const THUAN_AN: &[Organ] = &[
    Organ {
        id: "party-committee",
        space: Space::Party,
        name: ("Đảng ủy xã", "Commune Party committee"),
        seats: &[
            seats!("Bí thư Đảng ủy", "Party secretary", [PartyLeader], 1, 0, "bithu"),
            seats!(
                "Phó Bí thư Thường trực",
                "Standing deputy secretary",
                [PartyLeader],
                1,
                0
            ),
            seats!(
                "Ủy viên chuyên trách",
                "Full-time committee member",
                [PartyOfficer],
                1,
                0
            ),
        ],
    },
    Organ {
        id: "party-office",
        space: Space::Party,
        name: ("Văn phòng Đảng ủy", "Party committee office"),
        seats: &[
            seats!(
                "Chánh Văn phòng Đảng ủy",
                "Chief of the Party office",
                [PartyOfficer],
                1,
                0,
                "vpdu"
            ),
            seats!(
                "Phó Chánh Văn phòng Đảng ủy",
                "Deputy chief of the Party office",
                [PartyOfficer],
                1,
                0
            ),
            seats!(
                "Chuyên viên Văn phòng Đảng ủy",
                "Officer of the Party office",
                [PartyOfficer],
                4,
                1
            ),
        ],
    },
    Organ {
        id: "party-building",
        space: Space::Party,
        name: ("Ban Xây dựng Đảng", "Party-building board"),
        seats: &[
            seats!(
                "Trưởng Ban Xây dựng Đảng",
                "Head of the Party-building board",
                [PartyOfficer],
                1,
                0
            ),
            seats!(
                "Phó Trưởng Ban Xây dựng Đảng",
                "Deputy head of the Party-building board",
                [PartyOfficer],
                1,
                0
            ),
            seats!(
                "Chuyên viên Ban Xây dựng Đảng",
                "Officer of the Party-building board",
                [PartyOfficer],
                4,
                1
            ),
        ],
    },
    Organ {
        id: "inspection",
        space: Space::Party,
        name: ("Ủy ban Kiểm tra Đảng ủy", "Party inspection committee"),
        seats: &[
            seats!(
                "Chủ nhiệm Ủy ban Kiểm tra",
                "Head of the inspection committee",
                [PartyOfficer],
                1,
                0
            ),
            seats!(
                "Kiểm tra viên",
                "Inspector of the Party committee",
                [PartyOfficer],
                3,
                0
            ),
        ],
    },
    Organ {
        id: "front",
        space: Space::Party,
        name: ("Ủy ban Mặt trận Tổ quốc Việt Nam xã", "Commune Fatherland Front"),
        seats: &[
            seats!(
                "Chủ tịch Ủy ban Mặt trận Tổ quốc",
                "Chair of the Front",
                [PartyOfficer],
                1,
                0
            ),
            seats!(
                "Phó Chủ tịch Ủy ban Mặt trận Tổ quốc",
                "Vice chair of the Front",
                [PartyOfficer],
                4,
                1
            ),
            seats!(
                "Chuyên viên Mặt trận Tổ quốc",
                "Officer of the Front",
                [PartyOfficer],
                3,
                1
            ),
        ],
    },
    Organ {
        id: "council",
        space: Space::State,
        name: ("Hội đồng nhân dân xã", "Commune People's Council"),
        seats: &[
            seats!(
                "Phó Chủ tịch Hội đồng nhân dân",
                "Vice chair of the council",
                [Staff],
                1,
                0
            ),
            seats!(
                "Phó Trưởng Ban của Hội đồng nhân dân",
                "Deputy head of a council board",
                [Staff],
                2,
                0
            ),
            seats!(
                "Chuyên viên giúp việc Hội đồng nhân dân",
                "Officer of the council",
                [Staff],
                3,
                0
            ),
        ],
    },
    Organ {
        id: "peoples-committee",
        space: Space::State,
        name: ("Ủy ban nhân dân xã", "Commune People's Committee"),
        seats: &[
            seats!(
                "Chủ tịch Ủy ban nhân dân",
                "Chair of the People's Committee",
                [Chair],
                1,
                0,
                "chutich"
            ),
            seats!(
                "Phó Chủ tịch Ủy ban nhân dân",
                "Vice chair of the People's Committee",
                [ViceChair],
                3,
                0,
                "phochutich"
            ),
        ],
    },
    Organ {
        id: "office",
        space: Space::State,
        name: ("Văn phòng HĐND và UBND", "Office of council and committee"),
        seats: &[
            seats!(
                "Chánh Văn phòng HĐND và UBND",
                "Chief of office",
                [DivisionHead],
                1,
                0,
                "chanhvanphong"
            ),
            seats!(
                "Phó Chánh Văn phòng",
                "Deputy chief of office",
                [DivisionHead],
                2,
                0
            ),
            seats!(
                "Chuyên viên tư pháp – hộ tịch",
                "Justice and civil status officer",
                [JusticeOfficer, Handler],
                3,
                0,
                "tuphap",
                "tuphap2"
            ),
            seats!("Văn thư – lưu trữ", "Records clerk", [Clerk], 2, 0, "vanthu"),
            seats!("Kế toán", "Accountant", [Cashier], 1, 0),
            seats!(
                "Chuyên viên nội vụ",
                "Organisation officer",
                [OrganisationOfficer],
                1,
                0,
                "noivu"
            ),
            seats!(
                "Chuyên viên công nghệ thông tin",
                "Administrator",
                [Administrator],
                1,
                0,
                "quantri"
            ),
            seats!(
                "Chuyên viên thanh tra, tiếp công dân",
                "Inspector",
                [Inspector],
                1,
                0,
                "thanhtra"
            ),
            seats!("Chuyên viên Văn phòng", "Officer of the office", [Handler], 2, 2),
        ],
    },
    Organ {
        id: "economy",
        space: Space::State,
        name: ("Phòng Kinh tế", "Economy division"),
        seats: &[
            seats!(
                "Trưởng phòng Kinh tế",
                "Head of the economy division",
                [DivisionHead],
                1,
                0,
                "truongkinhte"
            ),
            seats!(
                "Phó Trưởng phòng Kinh tế",
                "Deputy head of the economy division",
                [DivisionHead],
                2,
                0
            ),
            seats!(
                "Chuyên viên địa chính – đất đai",
                "Land officer",
                [Handler],
                4,
                1,
                "datdai"
            ),
            seats!(
                "Chuyên viên đăng ký kinh doanh",
                "Business registration officer",
                [Handler],
                2,
                0,
                "kinhdoanh"
            ),
            seats!(
                "Chuyên viên xây dựng, nông nghiệp",
                "Construction and agriculture officer",
                [Handler],
                7,
                3
            ),
        ],
    },
    Organ {
        id: "society",
        space: Space::State,
        name: ("Phòng Văn hóa – Xã hội", "Culture and society division"),
        seats: &[
            seats!(
                "Trưởng phòng Văn hóa – Xã hội",
                "Head of culture and society",
                [DivisionHead],
                1,
                0,
                "truongxahoi"
            ),
            seats!(
                "Phó Trưởng phòng Văn hóa – Xã hội",
                "Deputy head of culture and society",
                [DivisionHead],
                2,
                0
            ),
            seats!(
                "Chuyên viên lao động – xã hội",
                "Social affairs officer",
                [Handler],
                6,
                1,
                "xahoi"
            ),
            seats!(
                "Chuyên viên giáo dục, y tế",
                "Education and health officer",
                [Staff],
                5,
                2
            ),
        ],
    },
    Organ {
        id: "service-centre",
        space: Space::State,
        name: (
            "Trung tâm Phục vụ hành chính công",
            "Public Administrative Service Centre",
        ),
        seats: &[
            seats!(
                "Giám đốc Trung tâm",
                "Director of the centre",
                [CentreDirector],
                1,
                0,
                "giamdoc"
            ),
            seats!(
                "Phó Giám đốc Trung tâm",
                "Deputy director of the centre",
                [CentreDirector],
                2,
                1
            ),
            seats!(
                "Chuyên viên tiếp nhận và trả kết quả",
                "Receptionist",
                [Receptionist],
                7,
                1,
                "motcua",
                "motcua2"
            ),
            seats!(
                "Thủ quỹ Trung tâm",
                "Cashier of the centre",
                [Cashier],
                2,
                0,
                "thuquy"
            ),
        ],
    },
    Organ {
        id: "military",
        space: Space::State,
        name: ("Ban Chỉ huy Quân sự xã", "Commune military command"),
        seats: &[
            seats!("Chỉ huy trưởng", "Commander", [Staff], 1, 0),
            seats!("Trợ lý quân sự", "Military assistant", [Staff], 4, 1),
        ],
    },
    Organ {
        id: "police",
        space: Space::State,
        name: ("Công an xã", "Commune police"),
        seats: &[
            seats!("Trưởng Công an xã", "Chief of police", [Staff], 1, 0),
            seats!("Cán bộ Công an xã", "Police officer", [Staff], 14, 1),
        ],
    },
];

/// Cư Jút: 128 staff; its quota is not in the reports, so no seat is shown vacant.
const CU_JUT: &[Organ] = &[
    Organ {
        id: "party-committee",
        space: Space::Party,
        name: ("Đảng ủy xã", "Commune Party committee"),
        seats: &[
            seats!(
                "Bí thư Đảng ủy",
                "Party secretary",
                [PartyLeader],
                1,
                0,
                "bithu.cj"
            ),
            seats!(
                "Chuyên viên các Ban Đảng, Mặt trận",
                "Officer of Party bodies and Front",
                [PartyOfficer],
                30,
                0
            ),
        ],
    },
    Organ {
        id: "peoples-committee",
        space: Space::State,
        name: ("Ủy ban nhân dân xã", "Commune People's Committee"),
        seats: &[
            seats!(
                "Chủ tịch Ủy ban nhân dân",
                "Chair of the People's Committee",
                [Chair],
                1,
                0,
                "chutich.cj"
            ),
            seats!(
                "Phó Chủ tịch Ủy ban nhân dân",
                "Vice chair of the People's Committee",
                [ViceChair],
                2,
                0
            ),
        ],
    },
    Organ {
        id: "office",
        space: Space::State,
        name: ("Văn phòng HĐND và UBND", "Office of council and committee"),
        seats: &[
            seats!(
                "Chánh Văn phòng HĐND và UBND",
                "Chief of office",
                [DivisionHead],
                1,
                0
            ),
            seats!(
                "Chuyên viên tư pháp – hộ tịch",
                "Justice and civil status officer",
                [JusticeOfficer, Handler],
                4,
                0,
                "tuphap.cj"
            ),
            seats!("Văn thư – lưu trữ", "Records clerk", [Clerk], 2, 0),
            seats!(
                "Chuyên viên công nghệ thông tin",
                "Administrator",
                [Administrator],
                1,
                0,
                "quantri.cj"
            ),
            seats!("Chuyên viên Văn phòng", "Officer of the office", [Staff], 10, 0),
        ],
    },
    Organ {
        id: "economy",
        space: Space::State,
        name: ("Phòng Kinh tế", "Economy division"),
        seats: &[
            seats!(
                "Trưởng phòng Kinh tế",
                "Head of the economy division",
                [DivisionHead],
                1,
                0
            ),
            seats!(
                "Chuyên viên Phòng Kinh tế",
                "Officer of the economy division",
                [Handler],
                20,
                0
            ),
        ],
    },
    Organ {
        id: "society",
        space: Space::State,
        name: ("Phòng Văn hóa – Xã hội", "Culture and society division"),
        seats: &[
            seats!(
                "Trưởng phòng Văn hóa – Xã hội",
                "Head of culture and society",
                [DivisionHead],
                1,
                0
            ),
            seats!(
                "Chuyên viên Phòng Văn hóa – Xã hội",
                "Officer of culture and society",
                [Handler],
                20,
                0
            ),
        ],
    },
    Organ {
        id: "service-centre",
        space: Space::State,
        name: (
            "Trung tâm Phục vụ hành chính công",
            "Public Administrative Service Centre",
        ),
        seats: &[
            seats!(
                "Giám đốc Trung tâm",
                "Director of the centre",
                [CentreDirector],
                1,
                0
            ),
            seats!(
                "Chuyên viên tiếp nhận và trả kết quả",
                "Receptionist",
                [Receptionist],
                9,
                0,
                "motcua.cj"
            ),
            seats!("Thủ quỹ Trung tâm", "Cashier of the centre", [Cashier], 2, 0),
        ],
    },
    Organ {
        id: "police",
        space: Space::State,
        name: ("Công an, quân sự xã", "Commune police and military"),
        seats: &[seats!(
            "Cán bộ Công an, quân sự",
            "Police and military officer",
            [Staff],
            22,
            0
        )],
    },
];

/// The other communes of the province: those who work their light activity.
const LIGHT: &[Organ] = &[
    Organ {
        id: "peoples-committee",
        space: Space::State,
        name: ("Ủy ban nhân dân", "People's Committee"),
        seats: &[seats!(
            "Chủ tịch Ủy ban nhân dân",
            "Chair of the People's Committee",
            [Chair],
            1,
            0
        )],
    },
    Organ {
        id: "office",
        space: Space::State,
        name: ("Văn phòng HĐND và UBND", "Office of council and committee"),
        seats: &[
            seats!(
                "Chánh Văn phòng HĐND và UBND",
                "Chief of office",
                [DivisionHead],
                1,
                0
            ),
            seats!(
                "Chuyên viên tư pháp – hộ tịch",
                "Justice and civil status officer",
                [JusticeOfficer, Handler],
                1,
                0
            ),
            seats!("Văn thư – lưu trữ", "Records clerk", [Clerk], 1, 0),
        ],
    },
    Organ {
        id: "service-centre",
        space: Space::State,
        name: (
            "Trung tâm Phục vụ hành chính công",
            "Public Administrative Service Centre",
        ),
        seats: &[seats!(
            "Chuyên viên tiếp nhận và trả kết quả",
            "Receptionist",
            [Receptionist],
            1,
            0
        )],
    },
];

const PROVINCE: &[Organ] = &[Organ {
    id: "provincial-committee",
    space: Space::State,
    name: ("Ủy ban nhân dân tỉnh", "Provincial People's Committee"),
    seats: &[
        seats!(
            "Phó Chủ tịch Ủy ban nhân dân tỉnh",
            "Vice chair of the provincial committee",
            [ProvincialLeader],
            1,
            0,
            "lanhdao.tinh"
        ),
        seats!(
            "Chuyên viên tổng hợp",
            "Provincial analyst",
            [ProvincialAnalyst],
            1,
            0,
            "tonghop.tinh"
        ),
        seats!(
            "Quản trị hệ thống tỉnh",
            "Provincial administrator",
            [Administrator],
            1,
            0,
            "quantri.tinh"
        ),
    ],
}];

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
    let day = date(2025, 7, 1);
    let communes: Vec<UnitId> = town
        .packs()
        .units()
        .communes_of(&province, day)
        .map(|commune| commune.id.clone())
        .collect();
    let mut offices = Offices::default();
    let mut plan: Vec<(UnitId, &'static [Organ])> = vec![
        (unit("24682"), THUAN_AN),
        (unit("24640"), CU_JUT),
        (province.clone(), PROVINCE),
    ];
    for commune in communes {
        if commune.code() != "24682" && commune.code() != "24640" {
            plan.push((commune.clone(), LIGHT));
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
            .flat_map(|organ| organ.seats)
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
        let clock_at = time::instant(day.at(7, 0, 0, 0));
        let base = town.cx(&system);
        let (seated, accounts) = town.db().write_blocking("demo_office", move |tx| {
            let cx = base.at(clock_at);
            fill(tx, &cx, &to, organs, &people, &password, &above, &reach)
        })?;
        offices.seats.insert(unit, seated);
        offices.accounts.extend(accounts);
    }
    Ok(offices)
}

#[expect(clippy::too_many_arguments, reason = "one call, from the function above")]
fn fill(
    tx: &mut Tx<'_>,
    cx: &Cx,
    unit: &UnitId,
    organs: &[Organ],
    people: &[String],
    password: &HashedPassword,
    province: &UnitId,
    below: &Arc<std::collections::BTreeSet<UnitId>>,
) -> Result<(Vec<Seated>, Vec<DemoAccount>), AppError> {
    let first = date(2025, 7, 1);
    let (mut seated, mut accounts) = (Vec::new(), Vec::new());
    let mut people = people.iter();
    let mut position = 0;
    for (place, organ) in organs.iter().enumerate() {
        let division = AddDivision {
            unit: unit.clone(),
            id: organ.id.to_owned(),
            kind: organ.id.to_owned(),
            space: organ.space,
            name_vi: organ.name.0.to_owned(),
            name_en: organ.name.1.to_owned(),
            position: u16::try_from(place).unwrap_or(0),
            from: first,
        };
        add_division(tx, cx, &division)?;
        for seats in organ.seats {
            for number in 0..seats.count {
                let post = AddPost {
                    unit: unit.clone(),
                    division: organ.id.to_owned(),
                    roles: seats.roles.to_vec(),
                    title_vi: seats.title.0.to_owned(),
                    title_en: seats.title.1.to_owned(),
                    position,
                    quota_decision: Some("Dữ liệu minh họa".to_owned()),
                    from: first,
                    until: None,
                };
                position += 1;
                let post = add_post(tx, cx, &post)?;
                // The last seats of a group are the vacant ones.
                if number >= seats.count - seats.vacant {
                    continue;
                }
                let Some(name) = people.next() else { continue };
                let person = add_person(
                    tx,
                    cx,
                    &AddPerson {
                        unit: unit.clone(),
                        name: name.clone(),
                        email: None,
                        phone: None,
                    },
                )?;
                let version = organisation::post(tx, post)?.map_or(1, |found| found.version);
                let mandate = GiveMandate {
                    post,
                    version,
                    person,
                    kind: MandateKind::Full,
                    from: first,
                    until: None,
                    decision: None,
                };
                let mandate = give_mandate(tx, cx, &mandate)?;
                let who = Who {
                    unit,
                    province,
                    below,
                    division: organ.id,
                    space: organ.space,
                    person,
                    post,
                    mandate,
                };
                let account = match seats.users.get(number) {
                    Some(user) => {
                        let account = AddAccount {
                            person,
                            user_name: (*user).to_owned(),
                            password: password.clone(),
                            change_password: false,
                        };
                        let account = add_account(tx, cx, &account)?;
                        accounts.push(token_of(tx, cx, &who, seats.roles, account, user)?);
                        account
                    }
                    // Acts in the past of the demonstration and never signs in: an account that does not exist.
                    None => cx.new_id::<AccountId>(),
                };
                if organ.space == Space::State {
                    seated.push(Seated {
                        actor: who.actor(seats.roles, account),
                        post,
                        roles: seats.roles.to_vec(),
                    });
                }
            }
        }
    }
    Ok((seated, accounts))
}

struct Who<'a> {
    unit: &'a UnitId,
    province: &'a UnitId,
    below: &'a Arc<std::collections::BTreeSet<UnitId>>,
    division: &'static str,
    space: Space,
    person: PersonId,
    post: PostId,
    mandate: MandateId,
}

impl Who<'_> {
    fn actor(&self, roles: &[Role], account: AccountId) -> Actor {
        let is_province = self.unit == self.province;
        Actor::Officer(Arc::new(Officer {
            account,
            person: self.person,
            post: self.post,
            mandate: self.mandate,
            basis: Basis::Mandate(self.mandate),
            unit: self.unit.clone(),
            province: (!is_province).then(|| self.province.clone()),
            below: if is_province {
                Arc::clone(self.below)
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
        unit: who.unit.code().to_owned(),
        user: user.to_owned(),
        password: PASSWORD.to_owned(),
        token: token_text(&made.secret),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reports_numbers_of_posts_hold() {
        let sum = |organs: &[Organ]| {
            organs
                .iter()
                .flat_map(|organ| organ.seats)
                .fold((0, 0), |(all, vacant), seats| {
                    (all + seats.count, vacant + seats.vacant)
                })
        };
        assert_eq!(sum(THUAN_AN), (113, 17));
        assert_eq!(sum(CU_JUT), (128, 0));
    }
}
