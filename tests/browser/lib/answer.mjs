// Filling in a page of an online form, whatever it asks.

/** Answers whatever a page of the form asks: the first choice, a plausible text. */
export async function answer(page) {
  for (const group of await page.locator("main fieldset:has(input[type=radio])").all()) {
    const chosen = await group.locator("input[type=radio]:checked").count();
    const first = group.locator("input[type=radio]").first();
    if (!chosen && (await first.isVisible())) await first.check();
  }
  for (const list of await page.locator("main select").all()) {
    if (await list.isVisible() && !(await list.inputValue())) await list.selectOption({ index: 1 });
  }
  for (const field of await page.locator("main input[type=text], main input:not([type]), main textarea").all()) {
    if (!(await field.isVisible()) || (await field.inputValue())) continue;
    const name = (await field.getAttribute("name")) || "";
    // What may be left out is left out: it asks for numbers and dates of its own.
    const optional = await field.evaluate((input) => [...input.closest("fieldset, div").querySelectorAll("label, legend")].some((label) => label.textContent.includes("(")));
    if (optional) continue;
    const value = name.endsWith("-day") ? "6" : name.endsWith("-month") ? "5" : /[-_]year$/.test(name) ? "1996"
      : /phone/.test(name) ? "0900000001" : /_id$|id_number|identity/.test(name) ? "068190009001"
      : /email/.test(name) ? "" : /submitter/.test(name) ? "" : "Phan Thị Mẫu";
    if (value) await field.fill(value);
  }
}
