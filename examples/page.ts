// Shows in the page what a program logs: tables as tables, lines as text, and whatever goes wrong.

const place = document.querySelector("main") ?? document.body;

/** A new element with text, or with other elements inside. */
function element(tag: string, content: string | readonly Node[]): HTMLElement {
  const made = document.createElement(tag);
  made.append(...content);
  return made;
}

/** One row for each entry of `data`: its name, then its values. */
function table(data: object): HTMLElement {
  const rows = Object.entries(data).map(([name, value]) => ({ name, values: typeof value === "object" ? value : { Value: value } }));
  const columns = Object.keys(rows[0]?.values ?? {});
  const head = element(
    "tr",
    ["", ...columns].map((column) => element("th", column)),
  );
  const body = rows.map(({ name, values }) =>
    element("tr", [element("th", name), ...columns.map((column) => element("td", String(values[column])))]),
  );
  return element("table", [element("thead", [head]), element("tbody", body)]);
}

const lines = element("pre", "");
const { log, table: logTable } = console;
console.log = (...values: unknown[]): void => {
  log(...values);
  lines.append(`${values.join(" ")}\n`);
  if (!lines.isConnected) place.append(lines);
  lines.scrollTop = lines.scrollHeight;
};
console.table = (data: object): void => {
  logTable(data);
  place.append(table(data));
};

const showError = (error: unknown): void => {
  const shown = element("p", String(error));
  shown.className = "error";
  place.append(shown);
};
addEventListener("error", (event) => showError(event.error ?? event.message));
addEventListener("unhandledrejection", (event) => showError(event.reason));
