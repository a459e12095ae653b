// The counter as a receptionist uses it: the card from a scanner, the procedure by its number, papers, form, verdict.
import { strict as assert } from "node:assert";

/** Whatever `act` does to the form, the server has drawn the parts that depend on it. */
export async function redrawn(page, act) {
  const answer = page.waitForResponse((reply) => reply.url().endsWith("/counter") && reply.request().method() === "POST");
  await act();
  await (await answer).finished();
  await page.waitForFunction(() => !document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling"));
}

/** An empty form, whoever stood at the counter before. */
export async function emptyForm(page) {
  await page.goto("/counter");
  await page.waitForLoadState("networkidle");
  if (await page.locator("#case .th-picked").count()) {
    await Promise.all([page.waitForNavigation(), page.locator("form[action='/counter/anew'] button, button[formaction='/counter/anew']").first().click()]);
    await page.waitForLoadState("networkidle");
  }
}

/** The scanner types the string of an identity card and ends with Enter. */
export async function scan(page, card) {
  await page.locator("[name=card]").focus();
  await page.keyboard.type(card);
  await redrawn(page, () => page.keyboard.press("Enter"));
  await page.waitForFunction((name) => document.querySelector("[name=applicant_name]").value === name, card.split("|")[2]);
}

/** The number or name of a procedure is typed; Enter takes the first that fits. */
export async function choose(page, typed, code) {
  await page.locator("[name=procedure_search]").focus();
  await page.keyboard.type(typed);
  await page.locator(`#best[value="${code}"]`).waitFor();
  await redrawn(page, () => page.keyboard.press("Enter"));
  await page.locator("#components").waitFor();
}

/** The papers lie on the desk: the space bar ticks them, the source is then paper. */
export async function tickPapers(page) {
  const open = page.locator("#components .th-comp input[type=checkbox]:not(:checked)");
  for (let tries = 0; (await open.count()) > 0; tries += 1) {
    assert.ok(tries < 12, "papers that cannot be ticked");
    await open.first().focus();
    await redrawn(page, () => page.keyboard.press("Space"));
  }
}

/** What the form of the procedure asks, by the names of its fields. */
export async function fillIn(page, answers) {
  for (const [name, value] of Object.entries(answers)) {
    const field = page.locator(`[name="form_${name}"]`);
    await field.first().waitFor({ state: "visible" });
    const kind = await field.first().evaluate((one) => one.type);
    if (kind === "radio") await page.locator(`[name="form_${name}"][value="${value}"]`).check();
    else if (kind === "select-one") await field.selectOption(value);
    else {
      await field.fill(value);
      await field.blur();
    }
  }
}

/** Accepts with the keyboard and gives code and address of the dossier. */
export async function accept(page) {
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Control+Enter")]);
  const said = page.locator(".th-note-ok a[href^='/dossiers/']").first();
  assert.ok(await said.count(), `not accepted: ${await page.locator("main").innerText()}`);
  return { code: (await said.innerText()).trim(), path: await said.getAttribute("href") };
}

/** A birth as the mother's husband declares it. */
export const BIRTH = {
  requester_relation: "father",
  child_name: "Điểu Thị Mai",
  child_birth_date: "30/7/2025",
  child_sex: "female",
  child_ethnicity: "M'nông",
  child_birth_place: "Trung tâm Y tế Đắk Mil",
  child_home_place: "xã Thuận An, tỉnh Lâm Đồng",
  has_birth_notice: "true",
  mother_name: "H’Brah Êñuôl",
  mother_birth_year: "2000",
  mother_ethnicity: "Ê Đê",
  mother_address: "Thôn Thuận Sơn, xã Thuận An",
  father_known: "true",
  father_name: "Điểu Krang",
  father_birth_year: "1999",
  father_ethnicity: "M'nông",
  father_address: "Thôn Thuận Sơn, xã Thuận An",
  parents_married: "true",
};
