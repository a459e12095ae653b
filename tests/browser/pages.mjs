// Every page of the product, for axe-core, width and looks. A new page is a new line here.
//
// name     what people call it
// path     where it is, or an async function of the visit that finds out (a dossier's id differs each time)
// role     as whom (a role of demo-accounts.json); nobody signed in without it
// unit     in which unit, when the role exists in several
// prepare  what to do on the page before it is looked at
export const pages = [
  { name: "sign in", path: "/sign-in" },
  // What citizens read and fill in.
  { name: "first page", path: "/" },
  { name: "communes", path: "/communes?name=cu+jut" },
  { name: "catalogue", path: "/procedures" },
  { name: "catalogue, nothing found", path: "/procedures?q=zzz" },
  { name: "procedure", path: "/procedures/1.004873", prepare: openDetails },
  { name: "procedure with a fee a page", path: "/procedures/2.000815", prepare: openDetails },
  { name: "procedure not yet served", path: "/procedures/1.001022" },
  { name: "look-up by code", path: "/lookup" },
  { name: "interface for programs", path: "/api", prepare: openDetails },
  { name: "check a proof", path: "/log/verify", prepare: openDetails },
  { name: "before filing online", path: "/submit/1.004873" },
  { name: "filing online: who", path: beginForm("who") },
  { name: "filing online: a section", path: beginForm("q2") },
  { name: "filing online: case", path: beginForm("case") },
  { name: "filing online: papers", path: beginForm("papers") },
  { name: "filing online: review", path: beginForm("review") },
  // One's own settings.
  { name: "settings", path: "/settings", role: "clerk" },
  { name: "own password", path: "/settings/password", role: "clerk" },
  { name: "own one-time codes", path: "/settings/codes", role: "clerk" },
  { name: "own passkeys", path: "/settings/passkeys", role: "clerk" },
  { name: "own tokens", path: "/settings/tokens", role: "clerk" },
  { name: "own identity provider", path: "/settings/provider", role: "clerk" },
  // Organisation, as who keeps it and as who only reads it.
  { name: "villages", path: "/units/24640/villages", role: "organisation_officer" },
  { name: "villages, nobody found", path: "/units/24640/villages?q=zzz", role: "organisation_officer" },
  { name: "staff", path: "/staff", role: "organisation_officer" },
  { name: "staff read only", path: "/staff", role: "clerk" },
  { name: "post", path: firstLink("/staff", "/staff/posts/", 36), role: "organisation_officer" },
  { name: "post form", path: "/staff/posts/new", role: "organisation_officer" },
  { name: "give a post", path: firstLink("/staff", "/staff/posts/", 36, "/mandates"), role: "organisation_officer" },
  { name: "record an absence", path: firstLink("/staff", "/staff/posts/", 36, "/absences"), role: "organisation_officer" },
  { name: "people", path: "/staff/people", role: "organisation_officer" },
  { name: "people, nobody found", path: "/staff/people?q=zzz", role: "organisation_officer" },
  { name: "person", path: firstLink("/staff/people", "/staff/people/", 36), role: "organisation_officer" },
  { name: "division form", path: "/staff/divisions/new", role: "organisation_officer" },
  // The express lane and the register books.
  { name: "express lane", path: "/express?fresh=1", role: "receptionist", unit: "24682" },
  { name: "registers", path: "/registers", role: "receptionist", unit: "24682" },
  { name: "register book", path: "/registers/certified-copy/2025", role: "receptionist", unit: "24682" },
  { name: "register book, nobody found", path: "/registers/certified-copy/2025?q=zzz", role: "receptionist", unit: "24682" },
  { name: "register book to print", path: "/registers/certified-copy/2025/print?month=7", role: "receptionist", unit: "24682" },
  { name: "register entry", path: firstLink("/registers/certified-copy/2025", "/registers/entries/", 36), role: "receptionist", unit: "24682" },
  // Registers of civil status: a book, an entry with its history, a note of change.
  { name: "register of births", path: "/registers/civil/birth", role: "justice_officer", unit: "24682" },
  { name: "register of births, by number", path: "/registers/civil/birth?q=1%2F2025", role: "justice_officer", unit: "24682" },
  { name: "register of births, nobody found", path: "/registers/civil/birth?q=zzz", role: "justice_officer", unit: "24682" },
  { name: "register of deaths", path: "/registers/civil/death", role: "justice_officer", unit: "24682" },
  { name: "entry of a birth", path: firstLink("/registers/civil/birth?q=1%2F2025", "/registers/civil/birth/", 36), role: "justice_officer", unit: "24682" },
  { name: "note of change", path: firstLink("/registers/civil/birth", "/registers/civil/birth/", 36, "/note"), role: "justice_officer", unit: "24682" },
  { name: "personal number of a newborn", path: firstLink("/registers/civil/birth", "/registers/civil/birth/", 36, "/note?kind=personal_id"), role: "justice_officer", unit: "24682" },
  // The queue: window, machine, display, and a number on a phone.
  { name: "queue", path: "/queue", role: "receptionist", unit: "24682" },
  { name: "queue of a neighbour", path: "/queue", role: "receptionist", unit: "24640" },
  { name: "queue machine", path: "/q/24682", prepare: openDetails },
  { name: "queue display", path: "/q/24682/display" },
  { name: "queue ticket", path: takeNumber, prepare: openDetails },
  // The dashboard of a commune and of a province.
  { name: "dashboard", path: "/dashboard", role: "chair", unit: "24682", prepare: openDetails },
  { name: "dashboard of a chosen period", path: "/dashboard?period=range&from=01/07/2025&to=31/07/2025", role: "chair", unit: "24682" },
  { name: "dashboard of the province", path: "/dashboard", role: "provincial_leader", prepare: openDetails },
  { name: "quality index", path: "/dashboard/quality", role: "chair", unit: "24682" },
  { name: "ratings", path: "/ratings", role: "chair", unit: "24682" },
  { name: "rows behind a figure", path: "/dossiers?measure=received&from=2025-07-01&to=2025-07-03&unit=24682", role: "chair", unit: "24682" },
  // A day's work: inbox, counter, dossiers, tasks, fees, jobs, the log.
  { name: "my work", path: "/work", role: "receptionist", unit: "24682" },
  { name: "my work of a leader", path: "/work", role: "chair", unit: "24682" },
  { name: "counter", path: "/counter?fresh=1", role: "receptionist", unit: "24682", prepare: openDetails },
  { name: "dossiers", path: "/dossiers", role: "receptionist", unit: "24682" },
  { name: "dossiers, nobody found", path: "/dossiers?q=zzz", role: "receptionist", unit: "24682" },
  { name: "dossier", path: firstLink("/dossiers", "/dossiers/", 36), role: "receptionist", unit: "24682", prepare: openDetails },
  { name: "dossiers of one procedure", path: "/dossiers?procedure=3.000722", role: "receptionist", unit: "24682" },
  { name: "joined-up dossier", path: firstLink("/dossiers?procedure=3.000722", "/dossiers/", 36), role: "receptionist", unit: "24682", prepare: openDetails },
  { name: "what a member outside reports", path: firstLink("/dossiers?procedure=3.000722", "/dossiers/", 36, "/members/2"), role: "receptionist", unit: "24682" },
  { name: "fee of a dossier", path: firstLink("/dossiers", "/dossiers/", 36, "/fee"), role: "receptionist", unit: "24682" },
  { name: "add a paper", path: firstLink("/dossiers", "/dossiers/", 36, "/add_paper"), role: "receptionist", unit: "24682" },
  { name: "which entry to correct", path: ofWork("/correct"), role: "justice_officer", unit: "24682" },
  { name: "correct an entry", path: ofWork("/correct?field=applicant.id_number"), role: "justice_officer", unit: "24682" },
  { name: "ask another office", path: ofWork("/consult"), role: "justice_officer", unit: "24682" },
  { name: "answer of another office", path: askedForItsWord, role: "justice_officer", unit: "24682" },
  { name: "fees of the day", path: "/fees", role: "cashier", unit: "24682" },
  { name: "tasks", path: "/tasks", role: "chair", unit: "24682" },
  { name: "tasks reminded of", path: "/tasks?due=warned", role: "chair", unit: "24682" },
  { name: "task", path: firstLink("/tasks", "/tasks/", 36), role: "chair", unit: "24682", prepare: openDetails },
  { name: "issue a task", path: "/tasks/new", role: "chair", unit: "24682" },
  { name: "what the reports asked", path: "/asked", role: "chair", unit: "24682" },
  { name: "jobs", path: "/jobs", role: "administrator" },
  { name: "transparency log", path: "/transparency" },
  // Administration.
  { name: "administration", path: "/admin", role: "administrator" },
  { name: "accounts", path: "/admin/accounts", role: "administrator" },
  { name: "close an account", path: firstLink("/admin/accounts", "/admin/accounts/", 36, "/close"), role: "administrator" },
  { name: "accounts, nobody found", path: "/admin/accounts?q=zzz", role: "administrator" },
  { name: "calendar", path: "/admin/calendar", role: "administrator", prepare: openDetails },
  { name: "calendar of a projected year", path: "/admin/calendar?year=2028", role: "administrator" },
  { name: "packs", path: "/admin/packs", role: "administrator", prepare: openDetails },
  { name: "packs, nobody found", path: "/admin/packs?q=zzz", role: "administrator" },
  { name: "access log", path: "/admin/access-log", role: "inspector" },
  // What goes outside; the demonstration is connected with nothing and says so.
  { name: "messages", path: "/messages", role: "centre_director" },
  { name: "messages, filtered", path: "/messages?state=failed&way=sms", role: "centre_director" },
  { name: "portal", path: "/portal", role: "centre_director" },
  // Every component in every state; debug builds only.
  { name: "components", path: "/dev/gallery", prepare: openDetails },
];

/** What is folded must be accessible too. */
async function openDetails(page) {
  await page.evaluate(() => document.querySelectorAll("main details").forEach((part) => { part.open = true; }));
}

/** A number of its own from the machine; its page says how many are before. */
async function takeNumber(visit) {
  const page = await visit.open("/q/24640");
  await Promise.all([page.waitForNavigation(), page.locator("button[name=service]").first().click()]);
  return new URL(page.url()).pathname;
}

/** A page of the first dossier that an officer of justice works on. */
function ofWork(end) {
  return async (visit) => {
    const page = await visit.open("/work?kind=dossier", { role: "justice_officer", unit: "24682" });
    return (await page.locator(".th-item a.th-name").first().getAttribute("href")) + end;
  };
}

/** Where the answer of an office is written down that was asked for its word, once a run. */
async function askedForItsWord(visit) {
  const path = await ofWork("")(visit);
  const page = await visit.open(path, { role: "justice_officer", unit: "24682" });
  const answer = page.locator("a[href*='/consult?consultation=']").first();
  if (!(await answer.count())) {
    await page.goto(`${path}/consult`);
    await page.locator("[name=whom]").fill("Công an xã Thuận An");
    await page.locator("[name=question]").fill("Người yêu cầu thường trú tại xã từ khi nào?");
    await page.locator("[name=answer_by]").fill("8/8/2025");
    await Promise.all([page.waitForNavigation(), page.locator("main form [data-key=finish]").click()]);
  }
  return answer.getAttribute("href");
}

/** A form begun by a citizen, at one of its pages. */
function beginForm(page) {
  return async (visit) => {
    const tab = await visit.open("/submit/1.001193");
    await tab.locator("main form button[type=submit]").click();
    await tab.waitForURL(/\/who$/);
    return new URL(tab.url()).pathname.replace(/who$/, page);
  };
}

/** The address of the first link on a page that begins so, cut after `id` more characters, with `end` added. */
function firstLink(on, begins, id, end = "") {
  return async (visit) => {
    const entry = pages.find((candidate) => candidate.path === on);
    const page = await visit.open(on, { role: entry.role, unit: entry.unit });
    const hrefs = await page.locator(`a[href^="${begins}"]`).evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    const found = hrefs.map((href) => href.slice(0, begins.length + id)).find((href) => /[0-9a-f-]{36}$/.test(href));
    if (!found) throw new Error(`${on} has no link to ${begins}…`);
    return found + end;
  };
}
