import { render } from "preact";
import { App } from "./ui/app.tsx";
import { followViewport } from "./ui/viewport.ts";
import "./ui/style.css";

const root = document.getElementById("app");
if (root !== null) {
  followViewport();
  render(<App />, root);
}
