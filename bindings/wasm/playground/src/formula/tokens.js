// A formula in pieces, as far as typing it needs them. What a formula means is the workbook's to say.

const SHEET = String.raw`(?:(?:'(?:[^']|'')+'|[A-Za-z_][\w.]*)!)?`;
const CELL = String.raw`\$?[A-Za-z]{1,3}\$?[0-9]{1,7}`;
const COLUMN = String.raw`\$?[A-Za-z]{1,3}`;
const ROW = String.raw`\$?[0-9]{1,7}`;

const KINDS = [
  ["text", /"(?:[^"]|"")*"?/y],
  ["range", new RegExp(`${SHEET}(?:${CELL}(?::${CELL})?|${COLUMN}:${COLUMN}|${ROW}:${ROW})(?![\\w.(])`, "y")],
  ["function", /[A-Za-z_][\w.]*(?=\()/y],
  ["name", /(?:'(?:[^']|'')*'?!?|[A-Za-z_\\][\w.]*!?)/y],
  ["number", /[0-9]+\.?[0-9]*(?:[eE][-+]?[0-9]+)?|\.[0-9]+/y],
  ["error", /#[A-Za-z/0]+[!?]?/y],
  ["open", /[({]/y],
  ["close", /[)}]/y],
  ["separator", /[,;]/y],
  ["operator", /<>|<=|>=|[-+*/^&=<>:%@#]/y],
  ["space", /\s+/y],
  ["other", /./sy],
];

/** The pieces, `{ kind, text, start, end }`; together they are the text. */
export function tokens(text) {
  const found = [];
  for (let at = 0; at < text.length; ) {
    for (const [kind, pattern] of KINDS) {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (match) {
        const end = at + match[0].length;
        found.push({ kind, text: match[0], start: at, end });
        at = end;
        break;
      }
    }
  }
  return found;
}

/** The word that the caret is at the end of: what a function's name can begin with. */
export function wordBefore(text, caret) {
  if (!text.startsWith("=")) {
    return undefined;
  }
  const word = tokens(text).find(({ start, end }) => caret > start && caret <= end);
  const may = word !== undefined && ["name", "function", "range"].includes(word.kind) && /^[A-Za-z_][\w.]*$/.test(word.text);
  return may && caret === word.end ? word : undefined;
}

/** The call around the caret: its function's name, and which argument the caret is in, from 0. */
export function callAround(text, caret) {
  const open = [];
  for (const { kind, text: piece, start } of tokens(text)) {
    if (start >= caret) {
      break;
    }
    if (kind === "function") {
      open.push({ name: piece, argument: 0, opened: false });
    } else if (kind === "open") {
      const last = open.at(-1);
      if (last && !last.opened) {
        last.opened = true;
      } else {
        open.push({ name: undefined, argument: 0, opened: true });
      }
    } else if (kind === "close") {
      open.pop();
    } else if (kind === "separator" && open.length > 0) {
      open.at(-1).argument += 1;
    }
  }
  return open.reverse().find(({ name, opened }) => name !== undefined && opened);
}

/** Whether a cell that is clicked at this place belongs into the formula. */
export function takesRange(text, caret) {
  if (!text.startsWith("=") || caret < 1) {
    return false;
  }
  const before = tokens(text.slice(0, caret)).filter(({ kind }) => kind !== "space").at(-1);
  return ["open", "separator", "operator"].includes(before?.kind) && before.text !== "%";
}

/** The formula with what is left open closed: `=SUM(A1` is `=SUM(A1)`. */
export function closed(text) {
  const open = [];
  for (const { kind, text: piece } of tokens(text)) {
    if (kind === "open") {
      open.push(piece === "(" ? ")" : "}");
    } else if (kind === "close") {
      open.pop();
    }
  }
  return text + open.reverse().join("");
}

/** The next form of a reference, as F4 gives it: `A1`, `$A$1`, `A$1`, `$A1`. */
export function nextForm(reference) {
  return reference.replace(/(\$?)([A-Za-z]{1,3})(\$?)([0-9]{1,7})/g, (_, first, column, second, row) => {
    const forms = { "": "$|$", "$|$": "|$", "|$": "$|", "$|": "|" };
    const [a, b] = (forms[first || second ? `${first}|${second}` : ""] ?? "|").split("|");
    return `${a}${column}${b}${row}`;
  });
}
