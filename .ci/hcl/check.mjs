// Reads each HCL file that is named with HashiCorp's own parser; ends with 1 and says where one is wrong.
import { readFileSync } from "node:fs";
import { parse } from "@cdktf/hcl2json";

for (const file of process.argv.slice(2)) {
  const read = await parse(file, readFileSync(file, "utf8"));
  if (Object.keys(read).length === 0) throw new Error(`${file} has nothing in it`);
  console.log(`${file}: ${Object.keys(read).join(", ")}`);
}
