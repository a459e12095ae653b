// Papers dropped on a dossier in one go: what can be kept is kept, the rest is named as it is called on the desk.
import { strict as assert } from "node:assert";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { test } from "../lib/runner.mjs";

const HANDLER = { role: "justice_officer", unit: "24682" };
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4//8/AAX+Av4N70a4AAAAAElFTkSuQmCC";
const KEY = "<28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A>";

/** The smallest PDF that wants a password. */
function locked() {
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
    `<< /Filter /Standard /V 1 /R 2 /O ${KEY} /U ${KEY} /P -44 >>`,
  ];
  let text = "%PDF-1.4\n";
  const places = objects.map((body, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj\n${body}\nendobj\n`;
    return `${String(at).padStart(10, "0")} 00000 n \n`;
  });
  const at = text.length;
  const id = "<00112233445566778899aabbccddeeff>";
  return `${text}xref\n0 5\n0000000000 65535 f \n${places.join("")}trailer\n<< /Size 5 /Root 1 0 R /Encrypt 4 0 R /ID [${id}${id}] >>\nstartxref\n${at}\n%%EOF\n`;
}

/** What a hand does that lets files go over the field. */
async function drop(page, files) {
  await page.locator("[data-drop]").first().evaluate((zone, given) => {
    const carried = new DataTransfer();
    for (const { name, type, base64 } of given) {
      carried.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name, { type }));
    }
    for (const kind of ["dragover", "drop"]) zone.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried }));
  }, files);
}

test("papers: several dropped at once, good ones beside empty, locked, foreign and too large ones", async (visit) => {
  const page = await visit.open("/work?kind=dossier", HANDLER);
  const path = await page.locator(".th-item a.th-name").first().getAttribute("href");
  await page.goto(`${path}/add_paper`);
  const base64 = (text) => Buffer.from(text).toString("base64");
  await drop(page, [
    { name: "so-ho-khau.png", type: "image/png", base64: PNG },
    { name: "trong.pdf", type: "application/pdf", base64: "" },
    { name: "khoa.pdf", type: "application/pdf", base64: base64(locked()) },
    { name: "phan-mem.exe", type: "application/octet-stream", base64: base64("MZ nothing that is a paper") },
  ]);
  await Promise.all([page.waitForNavigation(), page.locator("main form button[type=submit]").click()]);
  const told = await page.locator(".th-summary li").allInnerTexts();
  assert.equal(told.length, 3, told.join("\n"));
  for (const name of ["trong.pdf", "khoa.pdf", "phan-mem.exe"]) assert.ok(told.some((line) => line.includes(`“${name}”`)), name);
  const good = page.locator(".th-note-ok", { hasText: "1 tệp còn lại đã vào hồ sơ" });
  assert.ok(await good.isVisible(), "what went well is no mistake");
  await visit.mustBeAccessible(page);
  await Promise.all([page.waitForNavigation(), good.locator("a").click()]);
  assert.ok((await page.locator("main").innerText()).includes("so-ho-khau"));

  // Too large is told before it is sent, and it alone leaves the choice.
  await page.goto(`${path}/add_paper`);
  const dir = await mkdtemp(join(tmpdir(), "townhall-large-"));
  try {
    const large = join(dir, "ban-ve.pdf");
    const file = await open(large, "w");
    await file.truncate(51 * 1024 * 1024);
    await file.close();
    const small = join(dir, "anh.png");
    const picture = await open(small, "w");
    await picture.write(Buffer.from(PNG, "base64"));
    await picture.close();
    await page.locator("[name=files]").setInputFiles([small, large]);
    await page.locator("main form button[type=submit]").click();
    await page.locator("[data-pieces-status]", { hasText: "“ban-ve.pdf” lớn quá 50 MB" }).waitFor();
    assert.deepEqual(await page.locator("[name=files]").evaluate((field) => [...field.files].map(({ name }) => name)), ["anh.png"]);
    await Promise.all([page.waitForNavigation(), page.locator("main form button[type=submit]").click()]);
    assert.match(page.url(), /done=add_paper/);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
