//! The one-stop forms 01 to 05.

use serde_json::{Value, json};
use townhall_domain::dossier::{ComponentSource, Delivery, Dossier};
use townhall_domain::ids::SlipId;
use townhall_domain::limit::Limit;
use townhall_domain::procedure::Procedure;
use townhall_domain::time::local_date;
use townhall_store::Tx;
use townhall_store::dossiers::{self, Slip};
use townhall_text::Lang;

use super::unit::{UnitWords, put_signer};
use super::{Data, House, Printable, Stated, StatedPaper, instant, receipt_link, recorded_instant, words};
use crate::cx::Cx;
use crate::dossier::{is_visible, must_be_whole, procedure_of};
use crate::error::AppError;

/// A numbered form of a dossier; who may not know of the dossier gets "not found".
pub fn slip_paper(tx: &mut Tx<'_>, cx: &Cx, house: &House, id: SlipId) -> Result<Printable, AppError> {
    let slip = dossiers::slip(tx, id)?.ok_or(AppError::NotFound("slip"))?;
    let dossier = dossiers::load(tx, slip.dossier)?
        .filter(|dossier| is_visible(cx, dossier))
        .ok_or(AppError::NotFound("slip"))?;
    must_be_whole(&dossier)?;
    let stated = Stated::of_slip(tx, &dossier, &slip)?;
    let form = Form {
        unit: UnitWords::of(cx, &slip.unit, local_date(slip.issued_at)),
        procedure: procedure_of(cx, &dossier)?,
        dossier: &dossier,
        slip: &slip,
        stated: &stated,
        house,
    };
    let data = form.data(cx)?;
    let name = format!("{}-{:04}", slip.form, slip.number);
    Printable::new(cx, house, &dossier, &slip.template, data, slip.issued_at, &name)
}

/// Everything that a form is made from.
struct Form<'a> {
    unit: UnitWords,
    procedure: &'a Procedure,
    dossier: &'a Dossier,
    slip: &'a Slip,
    stated: &'a Stated,
    house: &'a House,
}

impl Form<'_> {
    fn data(&self, cx: &Cx) -> Result<Data, AppError> {
        let mut data = Data::default();
        self.unit
            .head_of_centre(&mut data, local_date(self.slip.issued_at));
        data.put("number", format!("{:04}", self.slip.number))
            .put("code", self.dossier.code.clone())
            .put("applicant", self.stated.applicant.name.clone())
            .put("procedure", self.procedure.name.vi.clone())
            .put("procedure_code", self.procedure.code.clone());
        match self.slip.form.as_str() {
            "receipt" => self.receipt(&mut data),
            "supplement" => self.supplement(&mut data),
            "refusal" => self.refusal(&mut data),
            "apology" => self.apology(cx, &mut data),
            "stop" => self.stop(&mut data),
            _ => return Err(AppError::refused("paper-refused-no-template")),
        }
        Ok(data)
    }

    fn person(&self, data: &mut Data) {
        let applicant = &self.stated.applicant;
        data.put("applicant_id", applicant.id_number.clone())
            .put("address", applicant.address.clone())
            .put("phone", applicant.phone.clone())
            .put("email", applicant.email.clone());
    }

    fn receipt(&self, data: &mut Data) {
        let body = &self.slip.body;
        let owner = &self.stated.applicant;
        self.person(data);
        // Who hands in stands first; the owner has a line of his own when he is somebody else.
        let hands_in = self.stated.submitter.as_ref().unwrap_or(owner);
        if self.stated.submitter.is_some() {
            data.put("applicant", hands_in.name.clone())
                .put("applicant_id", hands_in.id_number.clone())
                .put("address", hands_in.address.clone())
                .put("phone", hands_in.phone.clone())
                .put("owner", owner.name.clone());
        }
        let limit = body
            .get("limit")
            .and_then(Value::as_str)
            .and_then(|text| text.parse::<Limit>().ok());
        data.put("qr", receipt_link(self.house, self.dossier))
            .put("applicant_born", hands_in.born_on.map(|day| day.to_string()))
            .put("papers", self.papers())
            .put("sets", 1)
            .put(
                "legal_limit",
                limit.map(|limit| townhall_text::deadline::limit(Lang::Vi, limit)),
            )
            .put("received_at", instant(self.slip.issued_at))
            .put("due_at", recorded_instant(body, "due").map(instant))
            .put("members", self.members())
            .put("return_place", self.return_place())
            .put("fee", body.get("fee").cloned().unwrap_or_default())
            .put("fee_note", body.get("fee_note").cloned().unwrap_or_default())
            .put("lookup", self.house.base.clone())
            .put("submitter", hands_in.name.clone())
            .put("receiver", self.issuer());
    }

    /// The members of a joined-up dossier as the receipt promised them: what, who, by when.
    fn members(&self) -> Vec<Value> {
        let (Some(joined), Some(promised)) = (
            self.procedure.joined.as_ref(),
            self.slip.body.get("members").and_then(Value::as_array),
        ) else {
            return Vec::new();
        };
        let row = |promise: &Value| {
            let leg = joined.leg(promise.get("leg")?.as_str()?)?;
            let time = promise.get("time").and_then(Value::as_str);
            let time = time.and_then(|time| time.parse::<Limit>().ok());
            let mut row = Data::default();
            row.put("task", leg.task.vi.clone())
                .put("agency", leg.body.vi.clone());
            match recorded_instant(promise, "due") {
                Some(due) => row.put("due_at", instant(due)),
                None => row.put("due_text", time.map(after_the_one_before)),
            };
            Some(Value::Object(row.0))
        };
        promised.iter().filter_map(row).collect()
    }

    fn supplement(&self, data: &mut Data) {
        self.person(data);
        let items: Vec<Value> = self
            .slip
            .body
            .get("items")
            .and_then(Value::as_array)
            .map(|items| items.iter().map(|item| json!({ "name": item })).collect())
            .unwrap_or_default();
        data.put("items", items)
            .put("reason", self.reason())
            .put("qr", receipt_link(self.house, self.dossier))
            .put("signer", self.issuer());
        self.contact(data);
    }

    fn refusal(&self, data: &mut Data) {
        self.person(data);
        let instead = self.slip.body.get("instead").cloned().unwrap_or_default();
        let submitter = self.stated.submitter.as_ref().unwrap_or(&self.stated.applicant);
        data.put("reason", self.reason())
            .put("where_to_file", instead)
            .put("submitter", submitter.name.clone())
            .put("receiver", self.issuer());
        self.contact(data);
    }

    fn apology(&self, cx: &Cx, data: &mut Data) {
        let body = &self.slip.body;
        let competent = UnitWords::of(cx, &self.dossier.unit, local_date(self.slip.issued_at));
        data.put("agency", competent.committee)
            .put("received_at", instant(self.accepted_at()))
            .put("promised_at", recorded_instant(body, "before").map(instant))
            .put("new_due_at", recorded_instant(body, "due").map(instant))
            .put("reason", self.reason())
            .put("return_place", self.return_place());
        put_signer(data, self.stated.issuer.as_ref());
    }

    fn stop(&self, data: &mut Data) {
        let state = self
            .slip
            .body
            .get("state")
            .and_then(Value::as_str)
            .map(|state| words(&format!("dossier-state-{state}")));
        data.put("received_at", instant(self.accepted_at()))
            .put("requested_at", instant(self.slip.issued_at))
            .put("stopped_at", instant(self.slip.issued_at))
            .put("reason", self.reason())
            .put("state", state)
            .put("returned", self.papers());
        put_signer(data, self.stated.issuer.as_ref());
    }

    /// When it was accepted; a dossier that never was counts from its arrival.
    fn accepted_at(&self) -> jiff::Timestamp {
        self.dossier.accepted_at.unwrap_or(self.dossier.received_at)
    }

    fn reason(&self) -> Value {
        self.slip.body.get("reason").cloned().unwrap_or_default()
    }

    fn issuer(&self) -> Option<String> {
        self.stated.issuer.as_ref().map(|issuer| issuer.name.clone())
    }

    fn contact(&self, data: &mut Data) {
        if let Some(issuer) = &self.stated.issuer {
            data.put("contact_name", issuer.name.clone())
                .put("contact_phone", issuer.phone.clone());
        }
    }

    fn papers(&self) -> Vec<Value> {
        self.stated
            .papers
            .iter()
            .map(|paper| paper_row(self.procedure, paper))
            .collect()
    }

    fn return_place(&self) -> String {
        match self.stated.delivery {
            Delivery::Counter => self.unit.whole_centre(),
            Delivery::Post => words("print-return-by-post"),
            Delivery::Electronic => words("print-return-electronic"),
        }
    }
}

/// The time of a member that begins when the one before has its result.
fn after_the_one_before(time: Limit) -> String {
    let time = townhall_text::deadline::limit(Lang::Vi, time);
    townhall_text::t_args(Lang::Vi, "print-member-after", &[("time", time.into())])
}

/// A line of a list of papers: name, how many, in which form.
fn paper_row(procedure: &Procedure, paper: &StatedPaper) -> Value {
    let spec = procedure.component(&paper.component);
    let mut row = Data::default();
    row.put(
        "name",
        spec.map_or_else(|| paper.component.clone(), |spec| spec.name.vi.clone()),
    )
    .put("quantity", paper.copies.max(1));
    let kind = match (paper.source, spec) {
        (Some(ComponentSource::Database), _) => Some("print-paper-database".to_owned()),
        (Some(ComponentSource::EStore | ComponentSource::Upload), _) => {
            Some("print-paper-electronic".to_owned())
        }
        (_, Some(spec)) => Some(format!("print-paper-{}", spec.nature.as_str())),
        (_, None) => None,
    };
    row.put("kind", kind.map(|key| words(&key)));
    Value::Object(row.0)
}
