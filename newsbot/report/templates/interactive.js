"use strict";
// Draws the picture that answers to its reader in the place of the still one, which stays if anything fails.
(() => {
  const figure = document.getElementById("by-day");
  const spec = JSON.parse(document.getElementById("picture").textContent);
  const [choice, chart] = ["choice", "chart"].map((name) => figure.querySelector(`.interactive .${name}`));
  figure.classList.add("is-interactive"); // now: the width of what is hidden is none
  vegaEmbed(chart, spec, { actions: false, bind: choice, renderer: "svg", mode: "vega-lite" }).then(
    () => chart.querySelector("svg").setAttribute("aria-label", "Articles a day; as a table below"),
    (fault) => { figure.classList.remove("is-interactive"); console.warn(fault); },
  );
})();
