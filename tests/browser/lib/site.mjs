// What a flow works with: browser pages of signed-in people, and a watch on everything that must not happen.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { strict as assert } from "node:assert";

const axeSource = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 360, height: 800 };

/** The demo and its people, for all promises of a run. */
export class Site {
  constructor(browser, demo, out) {
    this.browser = browser;
    this.url = demo.url;
    this.accounts = demo.accounts;
    /** The identity provider of the demo; a demo that ran already has none. */
    this.provider = demo.provider;
    this.out = out;
    /** Cookies of people who signed in already, so that each signs in once a run. */
    this.cookies = new Map();
  }

  visit(name) {
    return new Visit(this, name);
  }

  /** The first account with this role, in this unit (a unit's code) and with this name when they are given. */
  account(role, unit, user) {
    const fits = (account) => account.role === role && (!unit || account.unit === unit) && (!user || account.user === user);
    const found = this.accounts.find(fits);
    if (!found) {
      const known = this.accounts.map(({ role: one, unit: where }) => `${one} (${where})`).join(", ");
      throw new Error(`no demo account is a ${role}${unit ? ` of ${unit}` : ""}; there are ${known}`);
    }
    return found;
  }
}

/** One promise's stay: its contexts, what went wrong on its pages, its pictures. */
export class Visit {
  constructor(site, name) {
    this.site = site;
    this.name = name;
    this.contexts = [];
    this.faults = [];
    this.page = undefined;
    /** The one foreign server that a flow may lead to. */
    this.mayAsk = undefined;
  }

  /**
   * A page as a citizen (no account) or as somebody with `role`.
   * Options: `unit`, `user` (one of several with a role), `size` (DESKTOP or PHONE), `dark`, `language` ("vi" or "en"), `scripts: false`,
   * `at` (another address of the same demo; nobody has signed in there yet).
   */
  async open(path, { role, unit, user, size = DESKTOP, dark = false, language = "vi", scripts = true, at = this.site.url } = {}) {
    const context = await this.site.browser.newContext({
      baseURL: at,
      viewport: size,
      colorScheme: dark ? "dark" : "light",
      locale: language === "vi" ? "vi-VN" : "en-GB",
      timezoneId: "Asia/Ho_Chi_Minh",
      reducedMotion: "reduce",
      javaScriptEnabled: scripts,
    });
    this.contexts.push(context);
    // The server sets the theme, so that no page flashes; the browser's own preference is not asked.
    if (dark) await context.addCookies([{ name: "theme", value: "dark", url: this.site.url }]);
    context.setDefaultTimeout(15_000);
    const page = await context.newPage();
    this.page = page;
    await this.watch(page, scripts, at);
    if (role) await this.signIn(context, page, this.site.account(role, unit, user));
    await this.go(page, path);
    return page;
  }

  /** Goes to a path that must answer well. */
  async go(page, path) {
    const answer = await page.goto(path);
    assert.ok(answer && answer.status() < 400, `${path} answered ${answer?.status()}`);
  }

  async signIn(context, page, account) {
    const known = this.site.cookies.get(account.user);
    if (known) {
      await context.addCookies(known);
      return;
    }
    await page.goto("/sign-in");
    await page.locator('input[autocomplete="username"]').fill(account.user);
    await page.locator('input[type="password"]').fill(account.password);
    await Promise.all([page.waitForNavigation(), page.locator('main form button[type="submit"]').first().click()]);
    if (new URL(page.url()).pathname === "/sign-in/post") {
      // Somebody with several posts says as whom; the first one is what the account is named after.
      await Promise.all([page.waitForNavigation(), page.locator('button[name="post"]').first().click()]);
    }
    const where = new URL(page.url()).pathname;
    assert.ok(!where.startsWith("/sign-in"), `${account.user} signed in and stands at ${where}`);
    this.site.cookies.set(account.user, await context.cookies());
  }

  /** Whatever the browser complains about breaks the promise. */
  async watch(page, scripts, at) {
    const fault = (text) => this.faults.push(`${page.url()}: ${text}`);
    page.on("pageerror", (error) => fault(`script error: ${error.message}`));
    page.on("console", (message) => {
      // A refused form (4xx) is an answer, not a fault of the page.
      if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) fault(`console: ${message.text()}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 500) fault(`${response.url()} answered ${response.status()}`);
    });
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(at) && !(this.mayAsk && url.startsWith(this.mayAsk)) && /^https?:/.test(url)) fault(`asks a foreign host: ${url}`);
    });
    if (scripts) {
      await page.addInitScript(() => {
        document.addEventListener("securitypolicyviolation", (event) => {
          console.error(`CSP ${event.violatedDirective} blocked ${event.blockedURI} ${event.sample}`);
        });
      });
    }
  }

  mustBeClean() {
    assert.deepEqual(this.faults, [], "the browser complained");
  }

  /** axe-core finds nothing on the page as it is now. */
  async mustBeAccessible(page, options = {}) {
    if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axeSource);
    // What is well is neither written out nor carried here, which takes longer than finding it.
    const violations = await page.evaluate(async (given) => (await globalThis.axe.run(document, given)).violations, {
      resultTypes: ["violations"],
      ...options,
    });
    const told = violations.map(
      ({ id, impact, help, nodes }) =>
        `${id} (${impact}): ${help}\n${nodes.slice(0, 5).map((node) => `      ${node.html}\n      ${node.failureSummary?.replaceAll("\n", " ")}`).join("\n")}`,
    );
    assert.equal(told.length, 0, `axe-core on ${page.url()}:\n   ${told.join("\n   ")}`);
  }

  /** Nothing reaches past the right edge, so nobody has to scroll sideways. */
  async mustFit(page) {
    const wide = await page.evaluate(() => {
      const room = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= room) return [];
      return [...document.querySelectorAll("body *")]
        .filter((element) => element.getBoundingClientRect().right > room + 1)
        .slice(-3)
        .map((element) => element.outerHTML.slice(0, 160));
    });
    assert.deepEqual(wide, [], `${page.url()} is wider than its window`);
  }

  /** A picture in tests/browser/out/, for people to look at. */
  async picture(what, page = this.page, { whole = false } = {}) {
    // The part before the colon says where; what is promised there would make a long file name.
    const name = `${this.name.split(":")[0]} ${what}`.trim().replace(/\W+/g, "-");
    await page?.screenshot({ path: `${this.site.out}/${name}.png`, fullPage: whole });
  }

  async close() {
    await Promise.all(this.contexts.map((context) => context.close()));
  }
}
