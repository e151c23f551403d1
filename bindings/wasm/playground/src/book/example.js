// The workbook that is there at first: prices of options, distances between cities, and a price with its moving average.

const MONTHS = 120;

/** Fills an empty workbook whose plugins are there. */
export function fillExample(core) {
  options(core);
  cities(core);
  prices(core);
}

/** How it looks: see formats.js. */
export const EXAMPLE_FORMATS = {
  Options: [
    ["A1:A1", { bold: true, size: 17 }],
    ["A2:A2", { quiet: true }],
    ["E4:E4", { percent: true }],
    ["B5:B5", { percent: true }],
    ["A7:F7", { bold: true, align: "right" }],
    ["A22:A22", { bold: true }],
    ["B8:E22", { decimals: 2 }],
    ["F8:F22", { percent: true, decimals: 1 }],
  ],
  Cities: [
    ["A1:A1", { bold: true, size: 17 }],
    ["A2:A2", { quiet: true }],
    ["B4:D4", { bold: true, align: "right" }],
    ["A4:F4", { bold: true }],
    ["B5:B14", { decimals: 0, thousands: true }],
    ["C5:D14", { decimals: 3 }],
  ],
  Prices: [
    ["A1:A1", { bold: true, size: 17 }],
    ["A2:A2", { quiet: true }],
    ["A4:C4", { bold: true, align: "right" }],
    [`B5:C${4 + MONTHS}`, { decimals: 2 }],
  ],
};

export const EXAMPLE_WIDTHS = { Options: [[2, 118], [3, 104]], Cities: [[0, 120], [1, 104], [4, 96], [5, 200]], Prices: [[0, 100]] };

/** What is charted at first, and what the other sheets have selected: it is charted when they are shown. */
export const EXAMPLE_CHART = { sheet: "Options", range: "A7:C20" };
export const EXAMPLE_SELECTIONS = { Cities: "A4:B14", Prices: `A4:C${4 + MONTHS}` };

function options(core) {
  const sheet = "Options";
  core.addSheet(sheet);
  core.setValues(sheet, "A1", [["What is an option worth?"], ["BS_CALL and IMPLIED_VOL are WebAssembly. Change a blue number: all that depends on it follows."]]);
  core.setValues(sheet, "A4", [["Spot", 100, null, "Volatility", 0.2], ["Rate", 0.03, null, "Years", 0.5]]);
  core.setValues(sheet, "A7", [["Strike", "Call", "Exercised now", "Time value", "Quoted", "Implied vol"]]);
  const strikes = Array.from({ length: 13 }, (_, row) => [70 + 5 * row]);
  // The quote of the ninth is less than the option is worth without any volatility.
  const quotes = [31.4, 26.52, 21.74, 17.16, 12.93, 9.18, 6.12, 3.81, 2.22, 1.24, 0.66, 0.35, 0.18].map((quote) => [quote]);
  quotes[3] = [14.2];
  core.setValues(sheet, "A8", strikes);
  core.setFormulas(sheet, "B8:B20", "=BS_CALL($B$4, A8, $B$5, $E$4, $E$5)");
  core.setFormulas(sheet, "C8:C20", "=MAX($B$4-A8, 0)");
  core.setFormulas(sheet, "D8:D20", "=B8-C8");
  core.setValues(sheet, "E8", quotes);
  core.setFormulas(sheet, "F8:F20", "=IMPLIED_VOL(E8, $B$4, A8, $B$5, $E$5)");
  core.setValue(sheet, "A22", "Mean");
  core.setFormulas(sheet, "B22:E22", "=AVERAGE(B8:B20)");
  core.setFormula(sheet, "F22", "=AVERAGE(IFERROR(F8:F20, 0))");
}

function cities(core) {
  const sheet = "Cities";
  core.addSheet(sheet);
  core.setValues(sheet, "A1", [["How far is it?"], ["HAVERSINE and GEOHASH are from geo.wasm, SLUGIFY from text.wasm."]]);
  core.setValues(sheet, "A4", [["City", "Kilometres", "Latitude", "Longitude", "Geohash", "Slug"]]);
  core.setValues(sheet, "A5", [
    ["Lisbon", null, 38.7223, -9.1393],
    ["Reykjavík", null, 64.1466, -21.9426],
    ["São Paulo", null, -23.5558, -46.6396],
    ["Nairobi", null, -1.2921, 36.8219],
    ["Zürich", null, 47.3769, 8.5417],
    ["Tromsø", null, 69.6492, 18.9553],
    ["Mumbai", null, 19.076, 72.8777],
    ["Kyōto", null, 35.0116, 135.7681],
    ["Québec", null, 46.8139, -71.208],
    ["Sydney", null, -33.8688, 151.2093],
  ]);
  core.setFormulas(sheet, "B5:B14", "=HAVERSINE($C$5, $D$5, C5, D5)/1000");
  core.setFormulas(sheet, "E5:E14", "=GEOHASH(C5, D5, 6)");
  core.setFormulas(sheet, "F5:F14", '=SLUGIFY("From Lisbon to "&A5)');
}

function prices(core) {
  const sheet = "Prices";
  core.addSheet(sheet);
  core.setValues(sheet, "A1", [["A price and its average"], ["EMA answers a whole column, which spills from C5."]]);
  core.setValues(sheet, "A4", [["Month", "Price", "Average"]]);
  core.setColumn(sheet, "A5", Float64Array.from({ length: MONTHS }, (_, month) => month + 1));
  core.setColumn(sheet, "B5", walk(MONTHS));
  core.setFormula(sheet, "C5", `=EMA(B5:B${4 + MONTHS}, 0.15)`);
}

/** A price that goes up and down, the same every time. */
function walk(length) {
  let price = 80;
  let state = 12_345;
  return Float64Array.from({ length }, (_, at) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    price *= 1 + (state / 2_147_483_648 - 0.49) * 0.09 + Math.sin(at / 14) * 0.008;
    return Math.round(price * 100) / 100;
  });
}
