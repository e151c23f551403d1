// The playground as a person uses it, in Chromium: the page that `cargo xtask playground --build` has built.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";

const TYPES = { html: "text/html", js: "text/javascript", css: "text/css", wasm: "application/wasm", svg: "image/svg+xml" };

let server, browser, context, page, origin;
/** What a page must not do: errors, and requests to other places. */
let complaints = [];

before(async () => {
  server = createServer(({ url }, response) => {
    // Below a path, as it may stand on a server of others.
    const path = new URL(url, "http://localhost").pathname.replace(/^\/some\/path\//, "") || "index.html";
    try {
      const content = readFileSync(join(process.env.FZ_PLAYGROUND, path));
      response.writeHead(200, { "content-type": TYPES[path.split(".").at(-1)] ?? "text/plain" });
      response.end(content);
    } catch {
      response.writeHead(404);
      response.end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  origin = `http://127.0.0.1:${server.address().port}`;
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  server?.close();
});

beforeEach(async () => {
  complaints = [];
  await open({});
});

afterEach(async () => {
  await context.close();
  assert.deepEqual(complaints, []);
});

/** The page in a window of its own. */
async function open(options) {
  await context?.close();
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, permissions: ["clipboard-read", "clipboard-write"], ...options });
  page = await context.newPage();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => request.url().startsWith("http") && !request.url().startsWith(origin) && complaints.push(request.url()));
  await page.goto(`${origin}/some/path/`);
  await page.waitForSelector("#glide-cell-1-0", { state: "attached" });
}

const nameBox = () => page.getByLabel("Name box");
const bar = () => page.getByLabel("Formula bar");

/** Goes to a cell or range, as a person does by its name. */
async function go(range) {
  await nameBox().fill(range);
  await nameBox().press("Enter");
}

/** Types into a cell as quickly as a person can, once the sheet has the focus. */
async function type(cell, text) {
  await go(cell);
  await page.waitForTimeout(100);
  await page.keyboard.type(text, { delay: 10 });
  await page.keyboard.press("Enter");
}

/** Waits until a cell shows a text, or one that fits a pattern or a test, and gives it. */
async function shows(cell, expected) {
  const [, letters, row] = /^([A-Z]+)([0-9]+)$/.exec(cell);
  const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
  const found = page.locator(`[id="glide-cell-${column}-${row - 1}"]`);
  const fits = typeof expected === "function" ? expected : (text) => (expected instanceof RegExp ? expected.test(text) : text === expected);
  let text;
  for (let tries = 0; tries < 100; tries += 1) {
    text = await found.textContent({ timeout: 5000 });
    if (fits(text)) {
      return text;
    }
    await page.waitForTimeout(50);
  }
  throw new assert.AssertionError({ message: `${cell} shows ${text}, not ${expected}` });
}

/** Drops files on the page: `[name, bytes]` each. */
async function drop(...files) {
  const given = files.map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")]);
  const transfer = await page.evaluateHandle((list) => {
    const made = new DataTransfer();
    for (const [name, text] of list) {
      made.items.add(new File([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], name));
    }
    return made;
  }, given);
  await page.dispatchEvent("body", "dragenter", { dataTransfer: transfer });
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
}

const repository = (path) => readFileSync(join(process.env.FZ_ROOT, path));
const sheets = () => page.getByRole("tablist", { name: "Sheets" }).getByRole("tab").allTextContents();

test("a workbook, a chart and functions are there at first", async () => {
  await shows("B8", "31.06");
  await shows("F11", "#NUM!");
  assert.deepEqual(await sheets(), ["Options", "Cities", "Prices"]);
  assert.match(await page.getByRole("img", { name: /^Chart of Call/ }).getAttribute("aria-label"), /13 rows/);
  await page.getByRole("tab", { name: "Functions" }).click();
  await page.getByLabel("Search functions").fill("great circle");
  await page.getByRole("button", { name: /^HAVERSINE\(lat1, lon1, lat2, lon2\)/ }).waitFor();
});

test("an edited cell changes what depends on it, and undo and redo bring it back", async () => {
  const before = await shows("B8", "31.06");
  await type("B4", "120");
  const after = await shows("B8", /^5\d\.\d\d$/);
  await page.getByRole("button", { name: "Undo" }).click();
  await shows("B8", before);
  await page.getByRole("button", { name: "Redo" }).click();
  await shows("B8", after);
  await go("B8");
  assert.equal(await bar().inputValue(), "=BS_CALL($B$4,A8,$B$5,$E$4,$E$5)");
});

test("functions are completed with their signature while a formula is typed", async () => {
  await go("H4");
  await page.keyboard.type("=bs_c");
  await page.getByRole("option", { name: /BS_CALL/ }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.type("100,");
  const helper = page.locator(".helper");
  await helper.getByText("Price at which the option buys.").waitFor();
  assert.equal(await helper.locator(".is-current").textContent(), "strike");
  await page.keyboard.type("90,0.03,0.2,0.5");
  await page.keyboard.press("Enter");
  await shows("H4", /^12\.79/);
  await page.keyboard.type("=sumi");
  await page.getByRole("option", { name: "SUMIF", exact: true }).waitFor();
  assert.match(await helper.textContent(), /condition/);
});

test("a range is pointed at with the mouse while a formula is typed", async () => {
  await go("H4");
  await page.keyboard.type("=SUM(");
  const box = await page.locator(".grid canvas").first().boundingBox();
  const at = (column, row) => [box.x + 46 + 96 * column + 48, box.y + 28 + 26 * row + 13];
  await page.mouse.move(...at(1, 7));
  await page.mouse.down();
  await page.mouse.move(...at(1, 9), { steps: 4 });
  await page.mouse.up();
  assert.equal(await bar().inputValue(), "=SUM(B8:B10");
  await page.keyboard.press("Enter");
  await shows("H4", /^78\./);
});

test("a formula that is none is marked, told of and not taken", async () => {
  await type("H4", "=1+)");
  const field = page.getByRole("combobox", { name: "Cell" });
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  await page.getByText(/is not a formula/).waitFor();
  await page.keyboard.press("Escape");
  await shows("H4", "");
  await page.keyboard.type("=NO_SUCH_THING(1");
  await page.getByText(/NO_SUCH_THING: no function of this name/).waitFor();
});

test("an error says why, under the pointer and when it is selected", async () => {
  await shows("F11", "#NUM!");
  await go("F11");
  await page.locator(".status").getByText(/F11\s+#NUM!\s+price 14.2 is below/).waitFor();
  const box = await page.locator(".grid canvas").first().boundingBox();
  await page.mouse.move(box.x + 600, box.y + 28 + 26 * 10 + 13);
  await page.getByRole("tooltip").getByText(/price 14.2 is below/).waitFor();
});

test("a plugin's function is filled down a million rows", async () => {
  await page.getByRole("button", { name: "Fill", exact: true }).click();
  await page.getByText(/1 call of the plugin over 1,000,000 rows/).waitFor({ timeout: 60_000 });
  assert.match(await page.locator(".figure").filter({ hasText: "rows a second" }).textContent(), /^[\d.]+ [Mk]/);
  await go("D1000001");
  const last = await shows("D1000001", /^\d+\.\d{4}$/);
  await page.getByRole("button", { name: "Change the strike" }).click();
  await page.getByText(/G1, on which every row depends, is 105 now/).waitFor({ timeout: 60_000 });
  await shows("D1000001", (text) => text !== last);
  await page.getByText("Too large for the address").waitFor();
});

test("a plugin that never ends is stopped, and the page goes on", async () => {
  await page.getByLabel("Deadline").press("Home");
  await page.getByRole("button", { name: "Run SPIN(1)" }).click();
  await page.getByText("MULADD(6, 7) is 43 right after").waitFor({ timeout: 30_000 });
  await type("B4", "120");
  await shows("B8", /^5\d/);
});

test("a plugin that is dropped gives its functions", async () => {
  await drop(["kitchen_sink.wasm", repository("plugins/kitchen_sink.wasm")]);
  await page.getByText(/^formualizer.kitchen-sink gives/).waitFor();
  await page.getByRole("button", { name: /^MIDPOINT\(/ }).waitFor();
  await type("H4", "=MIDPOINT(1, 4)");
  await shows("H4", "2.5");
});

test("what is no plugin is refused in words, and the page lives on", async () => {
  await drop(["broken.wasm", "no module"], ["picture.png", "png"]);
  await page.locator(".toast.is-problem").nth(1).waitFor();
  await type("H4", "=1+1");
  await shows("H4", "2");
});

test("a table that is dropped becomes a sheet, which one step of undo takes away", async () => {
  await drop(["animals.csv", "name,legs\nspider,8\n\"cat, large\",4\n"]);
  await page.getByText(/animals.csv is the sheet animals/).waitFor();
  await shows("A3", "cat, large");
  await type("D1", "=SUM(B2:B3)");
  await shows("D1", "12");
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("button", { name: "Undo" }).click();
  assert.deepEqual(await sheets(), ["Options", "Cities", "Prices"]);
});

test("files are opened by a button as well, and an empty workbook", async () => {
  await page.getByRole("button", { name: "Open" }).click();
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.getByRole("menuitem", { name: /^A file/ }).click()]);
  await chooser.setFiles({ name: "legs.csv", mimeType: "text/csv", buffer: Buffer.from("name,legs\nant,6\n") });
  await shows("B2", "6");
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("menuitem", { name: /^An empty workbook/ }).click();
  await type("A1", "=BS_CALL(100,100,0,0.2,1)");
  await shows("A1", /^7\.96/);
  assert.deepEqual(await sheets(), ["Sheet1"]);
});

test("a workbook that is dropped takes the place of the example, with the plugins", async () => {
  await drop(["portfolio.xlsx", repository("testdata/portfolio.xlsx")]);
  await page.getByText(/^portfolio.xlsx is open/).waitFor();
  await page.getByRole("tab", { name: "Summary" }).click();
  await shows("G9", /^2\.986/);
  // A number has fewer digits where there is little room; its first are never cut away.
  await shows("E9", /^-0\.0313/);
});

test("the book and a sheet are downloaded", async () => {
  for (const [item, name, begins] of [["The workbook", "playground.xlsx", "PK"], ["This sheet", "Options.csv", "What is an option worth?"]]) {
    await page.getByRole("button", { name: "Download" }).click();
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: item }).click()]);
    assert.equal(file.suggestedFilename(), name);
    assert.ok(readFileSync(await file.path(), "latin1").startsWith(begins));
  }
});

test("the state is in the address, and comes back from it", async () => {
  await type("B4", "120");
  await type("H4", "=B4*2");
  await go("B4");
  await page.getByText("Saved in the address").waitFor();
  await page.waitForTimeout(600);
  const address = page.url();
  assert.ok(address.includes("#b1=") && address.length < 20_000, `${address.length} letters`);
  await page.getByRole("button", { name: "Copy link" }).click();
  await page.getByText("The address of this workbook is copied.").waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), page.url());
  await page.reload();
  await shows("H4", "240");
  await shows("B8", /^5\d\.\d\d$/);
  assert.equal(await nameBox().inputValue(), "B4");
  assert.equal(await page.getByRole("button", { name: "Undo" }).isDisabled(), true);
});

test("an address that holds nothing readable leads to the example", async () => {
  await page.goto("about:blank");
  await page.goto(`${origin}/some/path/#b1=AAAA`);
  await page.getByText(/The address holds no workbook/).waitFor();
  await shows("B8", "31.06");
});

test("the keyboard alone serves for everything", async () => {
  const press = async (...keys) => {
    for (const key of keys) {
      await page.keyboard.press(key);
    }
  };
  // The sheet has the focus at first, in B4.
  await press("Control+Home", "Control+ArrowDown", "Control+ArrowDown", "ArrowDown", "ArrowDown");
  assert.equal(await nameBox().inputValue(), "A6");
  await page.keyboard.type("7");
  await press("Tab");
  await page.keyboard.type("=A6*2");
  await press("Tab", "Enter");
  await shows("B6", "14");
  assert.equal(await nameBox().inputValue(), "A7");
  await press("ArrowUp", "F2");
  await page.keyboard.type("1");
  await press("Enter");
  await shows("B6", "142");
  await press("ArrowUp", "Shift+ArrowRight");
  assert.equal(await nameBox().inputValue(), "A6:B6");
  await press("Control+c", "Control+End", "ArrowDown", "Control+v");
  assert.equal(await nameBox().inputValue(), "F23:G23");
  await shows("G23", "142");
  await press("ArrowRight", "Shift+ArrowDown", "Shift+ArrowDown", "Control+d");
  await shows("G25", "0");
  await press("Control+z", "Control+z", "Control+z");
  await shows("B6", "14");
  await press("Control+y");
  await shows("B6", "142");
  await go("A6:B6");
  await press("Delete");
  await shows("B6", "");

  // To the formula bar, the side, the top and the sheets.
  const focused = (selector) => page.waitForFunction((wanted) => document.activeElement.closest(wanted) !== null, selector);
  await press("F6");
  await focused(".bar");
  await press("Escape", "F6", "F6");
  await focused(".panel");
  await press("ArrowRight");
  await page.getByLabel("Search functions").waitFor();
  await press("Tab");
  await page.keyboard.type("IMPLIED");
  await page.getByText("1 function", { exact: true }).waitFor();
  await press("Tab", "Tab", "Tab", "Enter");
  assert.equal(await bar().inputValue(), "=IMPLIED_VOL(");
  await press("Escape", "Escape", "F6", "F6", "F6");
  await focused(".top");
  await press("F6");
  await focused(".sheets");
  await press("F2");
  await page.keyboard.type("Calls");
  await press("Enter");
  assert.deepEqual(await sheets(), ["Calls", "Cities", "Prices"]);
});

test("cut cells take their references along, and text from elsewhere is read", async () => {
  await type("H4", "5");
  await type("I4", "=H4+1");
  await go("H4");
  await page.keyboard.press("Control+x");
  await go("H10");
  await page.keyboard.press("Control+v");
  await shows("H10", "5");
  await go("I4");
  assert.equal(await bar().inputValue(), "=H10+1");
  await page.evaluate(() => navigator.clipboard.writeText('1,500\t"two\tparts"\n=1+2\tTRUE\n'));
  await go("H15");
  await page.keyboard.press("Control+v");
  await shows("H15", "1500");
  await shows("I15", "two\tparts");
  await shows("H16", "3");
  await shows("I16", "TRUE");
});

test("sheets are added, renamed and deleted", async () => {
  await page.getByRole("button", { name: "Add a sheet" }).click();
  assert.deepEqual(await sheets(), ["Options", "Cities", "Prices", "Sheet4"]);
  await page.getByRole("tab", { name: "Sheet4" }).dblclick();
  await page.keyboard.type("Notes");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Delete the sheet Notes" }).click();
  assert.deepEqual(await sheets(), ["Options", "Cities", "Prices"]);
  await page.getByRole("button", { name: "Undo" }).click();
  assert.deepEqual(await sheets(), ["Options", "Cities", "Prices", "Notes"]);
});

test("the selected range is charted, as lines, bars or points", async () => {
  await page.getByRole("tab", { name: "Prices" }).click();
  await page.getByRole("img", { name: "Chart of Price, Average: 120 rows between" }).waitFor();
  await page.getByRole("button", { name: "Points" }).click();
  assert.equal(await page.locator(".plot path.dots").count(), 2);
  await page.getByRole("tab", { name: "Cities" }).click();
  await page.getByRole("img", { name: /^Chart of Kilometres: 10 rows/ }).waitFor();
});

test("light and dark follow the system until a person chooses", async () => {
  await open({ colorScheme: "dark" });
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  assert.equal(await theme(), "dark");
  await page.getByRole("button", { name: "Light colours" }).click();
  assert.equal(await theme(), "light");
  await page.reload();
  await page.waitForSelector("#glide-cell-1-0", { state: "attached" });
  assert.equal(await theme(), "light");
});

test("nothing reaches beyond a narrow window", async () => {
  for (const width of [900, 390]) {
    await page.setViewportSize({ width, height: 800 });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width}`);
  }
});
