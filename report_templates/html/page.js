"use strict";
// Everything is readable without this: it filters, sorts and copies, and nothing else.
for (const element of document.querySelectorAll(".filter, .tools")) element.hidden = false;

function apply(form) {
  const wanted = Object.fromEntries(new FormData(form));
  const text = (wanted.text || "").toLowerCase();
  delete wanted.text;
  let shown = 0;
  const rows = document.querySelectorAll("." + form.dataset.filter);
  const said = new Map(); // what stands once for all findings of a rule
  for (const group of document.querySelectorAll("details.findings")) said.set(group, [...group.querySelectorAll("summary, .body > p")].map((element) => element.textContent).join(" "));
  for (const row of rows) {
    const around = row.closest("details.findings");
    const holds = ([key, value]) => !value || (row.dataset[key] ?? around?.dataset[key]) === value || (key === "owner" && (row.dataset.owner || "").split(" ").includes(value));
    row.hidden = !(Object.entries(wanted).every(holds)
      && (!text || (row.textContent + " " + (said.get(around) || "")).toLowerCase().includes(text)));
    shown += !row.hidden;
  }
  const active = text || Object.values(wanted).some(Boolean);
  const kind = form.dataset.filter;
  for (const group of document.querySelectorAll(kind === "practice" ? "details.group" : kind === "finding" ? "details.findings" : "none")) {
    group.hidden = !group.querySelector("." + kind + ":not([hidden])");
    group.open = active && !group.hidden;
  }
  form.querySelector("output").textContent = active ? shown + " of " + rows.length : "";
}
for (const form of document.querySelectorAll(".filter[data-filter]")) {
  form.addEventListener("input", () => apply(form));
  form.addEventListener("submit", (event) => event.preventDefault());
}

for (const form of document.querySelectorAll("[data-search]")) {
  const all = JSON.parse(document.getElementById("mlopslint-report").textContent);
  const list = document.getElementById("results");
  const find = () => {
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = words.length ? all.filter(([title, , kind, more]) => words.every((word) => (title + " " + kind + " " + more).toLowerCase().includes(word))) : [];
    list.replaceChildren(...found.slice(0, 100).map(([title, url, kind]) => {
      const item = document.createElement("li"), link = document.createElement("a"), tag = document.createElement("span");
      link.href = url; link.textContent = title; tag.textContent = kind; tag.className = "tag";
      item.append(link, " ", tag);
      return item;
    }));
    form.querySelector("output").textContent = words.length ? found.length + " found" + (found.length > 100 ? ", 100 shown" : "") : "";
  };
  form.addEventListener("input", find);
  form.addEventListener("submit", (event) => event.preventDefault());
}

function reveal() { // a link to a folded practice opens what it lies in
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  for (let element = target; element; element = element.parentElement) if (element.tagName === "DETAILS") element.open = true;
  if (target) target.scrollIntoView();
}
addEventListener("hashchange", reveal);
reveal();

function csv(rows) {
  return rows.map((row) => row.map((cell) => '"' + String(cell).replace(/^[=+\-@]/, "'$&").replaceAll('"', '""') + '"').join(",")).join("\n") + "\n";
}
function markdown(rows) {
  const line = (row) => "| " + row.map((cell) => String(cell).replace(/[|\\`*_<[\]]/g, "\\$&").replace(/\s+/g, " ")).join(" | ") + " |\n";
  return line(rows[0]) + "|" + " --- |".repeat(rows[0].length) + "\n" + rows.slice(1).map(line).join("");
}
function practices() {
  const report = JSON.parse(document.getElementById("mlopslint-report").textContent);
  const rows = [["code", "practice", "status", "level", "weight", "reason", "evidence"]];
  for (const v of (report.result || report).assessment.practices) {
    rows.push([v.code, v.title, v.status, v.level ?? "", v.weight, v.reason, v.evidence.map((e) => e.path + (e.line ? ":" + e.line : "")).join(" ")]);
  }
  return rows;
}
function copied(button, text) {
  const said = () => { const was = button.textContent; button.textContent = "Copied"; setTimeout(() => { button.textContent = was; }, 1500); };
  const area = document.createElement("textarea"); // the way that also works for a file on disk
  area.value = text;
  document.body.append(area);
  area.select();
  if (document.execCommand("copy")) said();
  area.remove();
  button.focus();
}
document.addEventListener("click", ({ target }) => {
  if (!(target instanceof HTMLButtonElement)) return;
  if (target.dataset.copy) copied(target, (target.dataset.copy === "csv" ? csv : markdown)(practices()));
  if (target.dataset.waive) copied(target, `[[tool.mlopslint.waive]]\nrule = "${target.dataset.waive}"\nreason = ""\nowner = ""\nexpires = YYYY-MM-DD\n`);
  if ("open" in target.dataset) {
    const all = [...document.querySelectorAll(".practice, .group")];
    const open = !all.every((element) => element.open);
    for (const element of all) element.open = open;
    target.textContent = open ? "Close all" : "Open all";
  }
  const head = target.closest("th[aria-sort]");
  if (head) sort(head);
});

function sort(head) {
  const table = head.closest("table"), at = [...head.parentElement.children].indexOf(head);
  const down = head.getAttribute("aria-sort") !== "descending";
  for (const other of head.parentElement.children) if (other.hasAttribute("aria-sort")) other.setAttribute("aria-sort", "none");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const value = (row) => row.children[at].dataset.value ?? row.children[at].textContent.trim();
  const number = (text) => (text === "" || text === "–" ? -Infinity : Number(text.replace("\u2212", "-").replace("+", "")));
  const rows = [...table.tBodies[0].rows];
  const numeric = rows.every((row) => !Number.isNaN(number(value(row))));
  rows.sort((a, b) => (numeric ? number(value(b)) - number(value(a)) : value(a).localeCompare(value(b))) * (down ? 1 : -1));
  table.tBodies[0].append(...rows);
}
