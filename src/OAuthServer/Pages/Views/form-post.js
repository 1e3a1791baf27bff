// Sends the answer that an app asked for as a form. Back does not send it again: it is good once.
"use strict";
addEventListener("DOMContentLoaded", () => {
    const [entry] = performance.getEntriesByType("navigation");
    if (entry && entry.type === "back_forward") return;
    document.querySelector("form[data-send-now]").submit();
});
