import { render } from "preact";
import { FleetPage } from "./fleetPage.tsx";
import "./fleet.css";

const root = document.getElementById("fleet");
if (root !== null) {
  render(<FleetPage />, root);
}
