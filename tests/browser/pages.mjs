// Every page of the product, for axe-core, width and looks. A new page is a new line here.
//
// name     what people call it
// path     where it is, or an async function of the visit that finds out (a dossier's id differs each time)
// role     as whom (a role of demo-accounts.json); nobody signed in without it
// unit     in which unit, when the role exists in several
// prepare  what to do on the page before it is looked at
export const pages = [
  { name: "sign in", path: "/sign-in" },
  // Every component in every state; debug builds only.
  { name: "components", path: "/dev/gallery", prepare: openDetails },
];

/** What is folded must be accessible too. */
async function openDetails(page) {
  await page.evaluate(() => document.querySelectorAll("main details").forEach((part) => { part.open = true; }));
}
